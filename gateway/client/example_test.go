package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"claimwire/gateway/api"
	"claimwire/gateway/client"
)

// A billing system puts a visit in, asks what became of it, and follows what happens
// from there on.
func Example() {
	gateway := stand() // in real life a claimwire serve
	defer gateway.Close()
	ctx := context.Background()
	c := &client.Client{Server: gateway.URL, Key: "cw_test_EXAMPLE"}

	file, err := c.Submit(ctx, "visit.json", "visit-17", strings.NewReader(`{"id":"VISIT-17"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := c.Receipt(ctx, file.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range claims {
		fmt.Println(k.ClaimID, k.State)
	}
	last := int64(0)
	err = c.Events(ctx, last, func(e api.Event) error {
		last = e.ID
		fmt.Println("event", e.ID)
		return nil
	})
	fmt.Println("goes on after", last, err)
	_, err = c.Claim(ctx, 99)
	fmt.Println(client.StatusOf(err), err)
	// Output:
	// VISIT-17 sent
	// event 1
	// event 2
	// goes on after 2 <nil>
	// 404 the gateway answers 404 Not Found: there is none of this id
}

// stand answers as a gateway does, for this example alone.
func stand() *httptest.Server {
	mux := http.NewServeMux()
	give := func(w http.ResponseWriter, status int, v any) {
		if status >= 400 {
			w.Header().Set("Content-Type", "application/problem+json")
		}
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("POST /v1/transmissions", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		give(w, 201, api.Transmission{ID: 1})
	})
	mux.HandleFunc("GET /v1/transmissions/1/receipt", func(w http.ResponseWriter, r *http.Request) {
		give(w, 200, api.List[api.Claim]{Items: []api.Claim{{ID: 1, ClaimID: "VISIT-17", State: "sent"}}})
	})
	mux.HandleFunc("GET /v1/events", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("after") == "0" {
			give(w, 200, api.List[api.Event]{Items: []api.Event{{ID: 1}}, Next: 1})
			return
		}
		give(w, 200, api.List[api.Event]{Items: []api.Event{{ID: 2}}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		give(w, 404, api.Problem{Title: "Not Found", Status: 404, Detail: "there is none of this id"})
	})
	return httptest.NewServer(mux)
}
