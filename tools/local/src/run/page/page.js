// The page of the local stack: what the edge would tell of the visitor goes with each request of the widget, which knows
// nothing of it. Loaded before the widget, so that its first request has it, too.

const CALLS_EVERY_MS = 2000;

const control = (id) => document.getElementById(id);
const typed = (id) => control(id).value.trim();
const widget = document.querySelector('tollgate-callback');

function facts() {
  const told = {
    'x-local-source-ip': typed('address'),
    'x-local-country': typed('country').toUpperCase(),
    'x-local-account': typed('account'),
    'x-local-anonymous': String(control('anonymous').checked),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value));
}

const ask = globalThis.fetch;
globalThis.fetch = (url, options = {}) => ask(url, { ...options, headers: { ...options.headers, ...facts() } });

/** Another visitor knows nothing of what the last one asked for. */
function comes() {
  widget.toggleAttribute('account', typed('account') !== '');
  widget.reset();
}

control('facts').addEventListener('change', comes);
control('facts').addEventListener('submit', (event) => event.preventDefault());

const time = (at) => new Date(at).toLocaleTimeString();

async function showCalls() {
  const calls = await (await ask('/_local/calls')).json();
  control('none').hidden = calls.length > 0;
  control('calls').replaceChildren(...calls.map(({ phoneNumber, startedAt, endedAt }) => {
    const item = document.createElement('li');
    item.textContent = `${phoneNumber}, ${time(startedAt)} ${endedAt ? `to ${time(endedAt)}` : '(live)'}`;
    return item;
  }));
}

setInterval(() => showCalls().catch(() => {}), CALLS_EVERY_MS);
await showCalls();
