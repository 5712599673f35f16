// Passkeys: asks the gateway for a question, the device for its answer, and hands
// that back. Where the browser has none, or this is not the address at which they
// serve, the page stays as it is without a script.
"use strict";
(() => {
  const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => b && btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const serves = (el) => window.PublicKeyCredential && window.isSecureContext && location.origin === el.dataset.origin;

  const post = async (path, body) => {
    const response = await fetch(path, { method: "POST", body });
    if (!(response.headers.get("Content-Type") || "").startsWith("application/json")) throw new Error("That did not work. Load the page anew and try again.");
    const answer = await response.json();
    if (answer.problem) throw new Error(answer.problem);
    return answer;
  };
  const known = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));
  const plain = (c, response) => JSON.stringify({ id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined, clientExtensionResults: {}, response });

  const sign = async () => {
    const { options } = await post("/login/passkey/options");
    const c = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) } });
    const r = c.response;
    return post("/login/passkey", plain(c, { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) }));
  };
  const add = async (shown) => {
    const { options } = await post("/passkeys/options", new URLSearchParams(shown));
    const c = await navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: known(options.excludeCredentials) } });
    const r = c.response;
    return post("/passkeys", plain(c, { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports ? r.getTransports() : [] }));
  };

  // once does something while its button waits, and says in words what went wrong.
  const once = async (button, alert, what) => {
    button.disabled = true;
    alert.hidden = true;
    try {
      location.href = (await what()).to;
    } catch (e) {
      const said = { NotAllowedError: "The device did not answer, or you stopped it.", InvalidStateError: "This device has a passkey for you already." };
      alert.textContent = said[e.name] || (e.name === "Error" ? e.message : "The device cannot do that.");
      alert.hidden = false;
      button.disabled = false;
    }
  };

  const door = document.getElementById("passkey");
  if (door && serves(door)) {
    door.hidden = false;
    const button = door.querySelector("button");
    button.addEventListener("click", () => once(button, door.querySelector("[role=alert]"), sign));
  }
  const form = document.getElementById("newpasskey");
  if (form && serves(form)) {
    form.hidden = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const shown = new FormData(form);
      form.elements.confirm.value = "";
      once(form.querySelector("button"), form.querySelector("[role=alert]"), () => add(shown));
    });
  } else if (form) {
    document.getElementById("elsewhere").hidden = false;
  }
})();
