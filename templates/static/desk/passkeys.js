'use strict';
// Passkeys: the browser's own dialogue between two requests. Without it the buttons stay hidden.

const words = document.getElementById('passkey-words');

function say(text) {
  words.textContent = text;
}

function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function send(address, content) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  const csrf = document.querySelector('meta[name=csrf]');
  if (csrf) headers['X-CSRF'] = csrf.content;
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(content) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

function described(list) {
  return (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
}

async function register() {
  const publicKey = await send('/desk/me/passkeys/options', {});
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.user.id = bytes(publicKey.user.id);
  publicKey.excludeCredentials = described(publicKey.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey });
  return send('/desk/me/passkeys', {
    id: made.id, rawId: text(made.rawId), type: made.type,
    label: document.getElementById('passkey-label').value,
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  });
}

async function signIn(to) {
  const publicKey = await send('/desk/passkey/options', {});
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.allowCredentials = described(publicKey.allowCredentials);
  const proof = await navigator.credentials.get({ publicKey });
  return send('/desk/passkey', {
    id: proof.id, rawId: text(proof.rawId), type: proof.type, to,
    response: {
      clientDataJSON: text(proof.response.clientDataJSON),
      authenticatorData: text(proof.response.authenticatorData),
      signature: text(proof.response.signature),
      userHandle: proof.response.userHandle ? text(proof.response.userHandle) : null,
    },
  });
}

function offer(button, act) {
  if (!button || !window.PublicKeyCredential) return;
  button.hidden = false;
  say('');
  button.addEventListener('click', async () => {
    button.disabled = true;
    say('Your device is asking you.');
    try {
      window.location.assign((await act(button)).to);
    } catch (problem) {
      say(problem.name === 'NotAllowedError' ? 'Nothing was confirmed in time.' : problem.message);
      button.disabled = false;
    }
  });
}

offer(document.getElementById('passkey'), (button) => signIn(button.dataset.to));
offer(document.getElementById('add-passkey'), register);
