package sftpd

import (
	"bytes"

	"golang.org/x/crypto/ssh"
)

// How OpenSSH lets a client learn a server's other host keys (its PROTOCOL file,
// section 2.5), so that a key can be changed without anybody being surprised.
const (
	hostKeysRequest = "hostkeys-00@openssh.com"
	hostKeysProve   = "hostkeys-prove-00@openssh.com"
)

func (s *Server) allHostKeys() []ssh.Signer {
	return append(append([]ssh.Signer(nil), s.cfg.HostKeys...), s.cfg.NextHostKeys...)
}

// announce shows all host keys to a client that has logged in.
func (s *Server) announce(conn *ssh.ServerConn) {
	var list []byte
	for _, k := range s.allHostKeys() {
		list = append(list, ssh.Marshal(struct{ Key []byte }{k.PublicKey().Marshal()})...)
	}
	conn.SendRequest(hostKeysRequest, false, list) // a client that does not know it passes it over
}

// answer takes the requests of a connection: the proof of host keys, and no
// others. A client may ask for a few proofs, each of which costs a signature.
func (s *Server) answer(conn *ssh.ServerConn, reqs <-chan *ssh.Request) {
	proofs := 0
	for r := range reqs {
		ok, proof := false, []byte(nil)
		if r.Type == hostKeysProve && proofs < 4 {
			proofs++
			proof, ok = s.prove(conn.SessionID(), r.Payload)
		}
		if r.WantReply {
			r.Reply(ok, proof)
		}
	}
}

// prove signs for each host key that is asked for; all of them, or nothing.
func (s *Server) prove(session, asked []byte) (proof []byte, ok bool) {
	for n := 0; len(asked) > 0; n++ {
		var next struct {
			Key  []byte
			Rest []byte `ssh:"rest"`
		}
		if n == 8 || ssh.Unmarshal(asked, &next) != nil {
			return nil, false
		}
		asked = next.Rest
		var signer ssh.Signer
		for _, k := range s.allHostKeys() {
			if bytes.Equal(k.PublicKey().Marshal(), next.Key) {
				signer = k
			}
		}
		if signer == nil {
			return nil, false
		}
		sig, err := sign(signer, ssh.Marshal(struct {
			Name         string
			Session, Key []byte
		}{hostKeysProve, session, next.Key}))
		if err != nil {
			return nil, false
		}
		proof = append(proof, ssh.Marshal(struct{ Signature []byte }{ssh.Marshal(sig)})...)
	}
	return proof, len(proof) > 0
}

func sign(k ssh.Signer, data []byte) (*ssh.Signature, error) {
	if a, ok := k.(ssh.AlgorithmSigner); ok && k.PublicKey().Type() == ssh.KeyAlgoRSA {
		return a.SignWithAlgorithm(nil, data, ssh.KeyAlgoRSASHA512)
	}
	return k.Sign(nil, data)
}
