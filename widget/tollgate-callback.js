/**
 * `<tollgate-callback>`: lets a visitor ask Tollgate for a callback, in nine languages, by keyboard and by ear.
 *
 * One module without a dependency, so that one integrity hash covers it; a language other than English is one more. It writes
 * no HTML from text and no inline style, so it works under a strict content security policy. It never changes what a visitor
 * types, and what it shows of a request depends on the request's age and its withdrawal alone.
 */

/** The texts, by name. A language module exports a table of the same names; `{…}` is filled in. */
const ENGLISH = {
  title: 'We call you',
  intro: 'Leave your number. We try to call you back.',
  country: 'Country',
  number: 'Phone number',
  numberHint: 'Write it as you like. It is checked when you send it.',
  name: 'Your name',
  topic: 'What is it about?',
  optional: '(optional)',
  choose: 'Choose a topic',
  send: 'Request a call',
  sending: 'Sending…',
  privacy: 'We use your number to call you, and to prevent misuse.',
  numberEmpty: 'Enter your phone number',
  numberLetters: 'Enter the phone number in digits, without letters',
  numberDigits: 'Enter the whole phone number: 6 to 15 digits',
  numberInvalid: 'Enter a phone number that can be called, with all its digits',
  textInvalid: 'Enter at most 200 characters, all of them visible',
  countryInvalid: 'Choose a country',
  waiting: 'We have your request',
  waitingFor: 'Keep your phone near. We try to reach {number} until {time}.',
  waitingLater: 'Keep your phone near. We try to reach you until {time}.',
  cancel: 'Cancel the request',
  cancelFailed: 'That did not work. Please try again.',
  others: 'Rather not wait?',
  channels: 'Reach us this way',
  channelsIntro: 'We cannot offer a call here. You can reach us in another way.',
  unavailable: 'That did not work',
  unavailableIntro: 'What you wrote is still here. Trying again never calls you twice.',
  retry: 'Try again',
  retryFrom: 'You can try again at {time}.',
  retryNow: 'You can try again now.',
  back: 'Back to the form',
  orOthers: 'Or reach us this way',
  ended: 'If we missed each other',
  endedIntro: 'The time for this call is over. Ask again, or reach us in another way.',
  cancelled: 'Your request is withdrawn',
  cancelledIntro: 'We do not call you, unless the call has already begun.',
  again: 'Request a new call',
  closed: 'No calls at the moment',
  closedIntro: 'Please try again later.',
  loading: 'Loading…',
  chat: 'Chat',
  openChat: 'Open chat',
  callIn: 'Call us',
  open: 'Call me back',
  close: 'Close',
};

const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt-BR', 'ja', 'zh-CN', 'ar'];
const RIGHT_TO_LEFT = ['ar'];
const FIELDS = ['country', 'phoneNumber', 'name', 'topic'];
const TEXT_CHARACTERS_MAX = 200;
const ANSWER_SECONDS_MAX = 30;
/** When a request is looked at, in seconds after the last look; the last holds from then on. */
const LOOKS_AFTER_SECONDS = [5, 10, 20, 60];
/** How long to wait after a 429 that does not say. */
const RETRY_AFTER_SECONDS = 60;
const RETRY_AFTER_SECONDS_MAX = 3600;

/* What is looked like ---------------------------------------------------------------------------------------------------- */

/* `light-dark` follows the `color-scheme` of the page, so that the widget is dark where the page is. */
const STYLES = `
:host { display: block; max-width: min(100%, var(--tollgate-width, 448px));
  --text: var(--tollgate-text, light-dark(#151a22, #e9ecf1)); --muted: var(--tollgate-muted, light-dark(#535c6a, #a7b0be));
  --surface: var(--tollgate-surface, light-dark(#fff, #171b22)); --line: var(--tollgate-line, light-dark(#dde1e7, #2b323d));
  --sunken: light-dark(#eef0f4, #1f242d); --edge: var(--tollgate-edge, light-dark(#7d8694, #76808f));
  --accent: var(--tollgate-accent, light-dark(#2b4acb, #9db0ff)); --button: var(--tollgate-button, light-dark(#2b4acb, #4a62e0));
  --on-button: var(--tollgate-on-button, #fff); --ok: light-dark(#0f6b3a, #6fd59b); --bad: light-dark(#b0201d, #ff9a92);
  --radius: var(--tollgate-radius, 12px); }
:host([hidden]) { display: none; }
*, ::before { box-sizing: border-box; margin: 0; }
.panel { display: grid; gap: 16px; align-content: start; padding: var(--tollgate-padding, 24px); text-align: start;
  border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 4px 16px rgb(16 24 40 / 8%);
  background: var(--surface); color: var(--text); overflow-wrap: anywhere;
  font: 400 var(--tollgate-font-size, 16px)/1.5 var(--tollgate-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; }
.panel:has(.skeleton) { min-height: 288px; }
.head { display: flex; gap: 12px; align-items: flex-start; }
.head > div { display: grid; gap: 8px; flex: 1; min-width: 0; }
.heading { justify-self: start; font-size: 1.25em; line-height: 1.4; font-weight: 650; text-wrap: balance; }
.intro, .fine, .hint { color: var(--muted); }
.hint { font-size: .875em; } .fine { font-size: .8125em; }
strong, label, .others { font-weight: 600; } bdi { white-space: nowrap; }
form, .screen { display: grid; gap: 16px; }
.field { display: grid; gap: 4px; } .field > :is(input, select, button):not(:first-child), .cancel + .error { margin-top: 4px; } .optional { font-weight: 400; color: var(--muted); }
input, select, button { font: inherit; min-height: 44px; border: 1px solid var(--edge); border-radius: 6px;
  background: var(--surface); color: var(--text); }
input, select { width: 100%; min-width: 0; padding: 9px 12px; }
[dir=rtl] input[dir=ltr] { text-align: right; }
[aria-invalid] { border: 2px solid var(--bad); padding: 8px 11px; }
.error { display: flex; gap: 6px; color: var(--bad); font-size: .875em; font-weight: 600; }
.error svg { width: 16px; height: 16px; margin-top: 2px; }
button { width: 100%; padding: 9px 16px; border-radius: 8px; font-weight: 550; cursor: pointer; }
button:hover { background: var(--sunken); }
button.primary, button.primary:hover { border-color: var(--button); background: var(--button); color: var(--on-button); font-weight: 650; }
button.primary:hover { text-decoration: underline; }
button[aria-disabled=true], button[aria-disabled=true]:hover { border: 1px dashed var(--edge); background: var(--sunken);
  color: var(--text); cursor: default; text-decoration: none; }
:focus-visible, .heading:focus { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.heading:focus:not(:focus-visible) { outline: 0; }
svg { flex: none; width: 24px; height: 24px; margin-top: 2px; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round; }
.ok { color: var(--ok); } .bad { color: var(--bad); }
.others { margin-bottom: -8px; } .ways { display: grid; gap: 8px; padding: 0; list-style: none; }
.way { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; min-height: 56px; padding: 8px 12px;
  border: 1px solid var(--line); border-radius: 8px; }
.way svg { width: 20px; height: 20px; margin: 0; color: var(--accent); } .way strong { flex: 1; }
.way button { width: auto; } .way ::slotted(a) { color: var(--accent); }
.way ::slotted([slot=call-in]) { direction: ltr; unicode-bidi: isolate; }
.skeleton { height: 44px; border-radius: 6px; background: var(--sunken); } .skeleton:first-of-type { width: 60%; height: 28px; }
.status { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
dialog { width: min(448px, calc(100% - 16px)); max-height: calc(100% - 16px); padding: 0; border: 0; border-radius: var(--radius);
  background: none; } dialog .panel { box-shadow: none; }
.close { position: absolute; inset-block-start: 12px; inset-inline-end: 12px; width: 44px; padding: 0; border-color: transparent;
  background: none; } .close svg { margin: auto; vertical-align: middle; } dialog .heading { margin-inline-end: 40px; }
@media (forced-colors: active) { button.primary { border: 2px solid ButtonText; } .skeleton { border: 1px solid GrayText; }
  [aria-invalid] { border: 3px solid CanvasText; } svg, .way svg { color: CanvasText; } .close svg { color: ButtonText; } button[aria-disabled=true] { color: GrayText; } }
`;

/** Icons, as the paths of a square of 16. */
const ICONS = {
  ok: 'M8 1.500a6.500 6.500 0 1 0 .01 0zM5 8.200l2.100 2.100L11 6.200',
  bad: 'M5.200 1.500h5.600l3.700 3.700v5.600l-3.700 3.700H5.200l-3.700-3.700V5.200zM8 4.500v4.200M8 11.200v.1',
  chat: 'M2 3h12v8H7l-3 3v-3H2z',
  'call-in': 'M4 2.500 6 6 4.600 7.400a9 9 0 0 0 4 4L10 10l3.500 2v2c-6 1-12.500-5.500-11.500-11.500z',
  close: 'M4 4l8 8M12 4l-8 8',
};

let styles;
/** One style sheet for all widgets of a page. */
function sheet() {
  if (!styles) {
    styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
  }
  return styles;
}

/** An element; an attribute that is a function listens to the event of its name. */
function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS(space, tag));
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A text with each `{name}` replaced by what `values` has for it. */
function fill(text, values) {
  return text.split(/(\{\w+\})/).map((part) => (part[0] === '{' ? values[part.slice(1, -1)] : part));
}

/* What is asked ---------------------------------------------------------------------------------------------------------- */

/** Asks the API, and never throws: `{status, body, type, retryAfter}`, with `type` saying what is wrong if something is. */
async function ask(url, method, { authorize, key, json } = {}) {
  const headers = {};
  if (key) headers['Idempotency-Key'] = key;
  if (json) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    if (authorize) headers.Authorization = await authorize();
    const signal = AbortSignal.timeout(ANSWER_SECONDS_MAX * 1000);
    answer = await fetch(url, { method, headers, body: json, signal, credentials: 'omit' });
  } catch {
    return { status: 0, body: {}, type: 'network' };
  }
  // An answer that is not JSON is somebody else's, such as a challenge of the edge.
  const body = answer.status === 204 ? {} : await answer.json().catch(() => null);
  const problem = body?.type?.split(':').pop() ?? `http-${answer.status}`;
  const type = answer.ok && body ? undefined : problem;
  return { status: answer.status, body: body ?? {}, type, retryAfter: Number(answer.headers.get('Retry-After')) };
}

/** A key that nobody can guess; pages without TLS have no `randomUUID`. */
function randomKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A number as the API reads it: in the digits, dashes and spaces of ASCII, whatever the keyboard or the address book has. */
function plain(number) {
  return number.normalize('NFKC').replace(/\p{Cf}/gu, '').replace(/\p{Pd}/gu, '-')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => digit.charCodeAt(0) & 15);
}

/** What is wrong with what was typed, by field, as names of texts. All else is for the API to tell. */
function check(typed) {
  const wrong = {};
  const digits = typed.phoneNumber.match(/\p{Nd}/gu)?.length ?? 0;
  if (!typed.phoneNumber.trim()) wrong.phoneNumber = 'numberEmpty';
  else if (/\p{L}/u.test(typed.phoneNumber)) wrong.phoneNumber = 'numberLetters';
  else if (digits < 6 || digits > 15) wrong.phoneNumber = 'numberDigits';
  for (const field of ['name', 'topic']) {
    if ([...(typed[field] ?? '').trim()].length > TEXT_CHARACTERS_MAX) wrong[field] = 'textInvalid';
  }
  return wrong;
}

/** The text that tells of a field which the API refused. */
const REFUSED = { phoneNumber: 'numberInvalid', country: 'countryInvalid', name: 'textInvalid', topic: 'textInvalid' };

/* What is kept while the visitor goes from page to page: the request, and not the number. ---------------------------------- */

const kept = {
  read(key) {
    try {
      const request = JSON.parse(sessionStorage.getItem(key));
      return Date.parse(request?.callBy) > Date.now() ? request : null;
    } catch {
      return null;
    }
  },
  write(key, request) {
    try {
      if (request) sessionStorage.setItem(key, JSON.stringify(request));
      else sessionStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing forgets the request with the page.
    }
  },
};

/* The languages ---------------------------------------------------------------------------------------------------------- */

/** The language of ours that is nearest to a tag, if one is: `de-AT` is `de`, `pt` is `pt-BR`. */
function nearest(tag) {
  const wanted = (tag ?? '').toLowerCase();
  const base = (language) => language.toLowerCase().split('-')[0];
  return LANGUAGES.find((language) => language.toLowerCase() === wanted)
    ?? LANGUAGES.find((language) => base(language) === base(wanted));
}

async function texts(language) {
  if (language === 'en') return ENGLISH;
  try {
    return { ...ENGLISH, ...(await import(new URL(`lang-${language}.js`, import.meta.url).href)).default };
  } catch {
    return ENGLISH;
  }
}

/* The element ------------------------------------------------------------------------------------------------------------ */

export class TollgateCallback extends HTMLElement {
  static observedAttributes = ['api', 'account', 'ask-name', 'heading-level', 'lang', 'layout', 'topics'];

  #state = 'loading';
  #language = 'en';
  #texts = ENGLISH;
  #options = { channels: [], countries: [] };
  /** The request that was taken: `id`, `callBy`, `number` as it was typed on this page. */
  #request = null;
  /** The other channels, as they were told last. */
  #channels = [];
  #wrong = {};
  #cancelFailed = false;
  /** What was sent last and the key that it bears, so that sending it again is the same request. */
  #sent = { json: null, key: null };
  #retry = { act: null, at: 0 };
  #form = null;
  #started = false;
  /** Answers to what was asked before this are no longer of interest. */
  #era = 0;
  #looks = 0;
  #timer = 0;
  #observer = null;
  #onVisible = () => this.#resume();

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet()];
  }

  /** The state's name. */
  get state() {
    return this.#state;
  }

  connectedCallback() {
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#render();
    this.#observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#seen());
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#observer.disconnect();
    clearTimeout(this.#timer);
    this.#started = false;
    this.#era += 1;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#started) return;
    if (name === 'api' || name === 'account') this.#begin();
    else this.#speak().then(() => this.#build());
  }

  /** Opens the dialog, or goes to the widget; loads what it shows. */
  async open() {
    const dialog = this.shadowRoot.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
    if (this.#started) this.#resume();
    else await this.#start();
    this.#focusHeading();
  }

  /** Closes the dialog. */
  close() {
    this.shadowRoot.querySelector('dialog')?.close();
  }

  /** Forgets the request and begins anew. The request itself is not withdrawn. */
  reset() {
    kept.write(this.#place, null);
    this.#form = null;
    this.#sent = { json: null, key: null };
    return this.#begin();
  }

  get #isDialog() {
    return this.getAttribute('layout') === 'dialog';
  }

  get #door() {
    return (this.getAttribute('api') ?? '').replace(/\/+$/, '') + (this.hasAttribute('account') ? '/account' : '');
  }

  /** The name under which the request is kept. */
  get #place() {
    return `tollgate-callback ${new URL(this.#door, document.baseURI)}`;
  }

  async #seen() {
    this.#observer.disconnect();
    if (!this.#isDialog) return this.#start();
    await this.#speak();
    if (!this.#started) this.#render();
  }

  async #start() {
    if (this.#started) return;
    this.#started = true;
    await this.#speak();
    this.#form = null;
    await this.#begin();
  }

  /** Finds the texts of the language that the element is to speak. */
  async #speak() {
    const around = this.closest('[lang]')?.lang ?? document.documentElement.lang;
    const language = nearest(this.lang) ?? nearest(around || navigator.language) ?? 'en';
    const found = await texts(language);
    this.#language = language;
    this.#texts = { ...found, ...this.messages };
  }

  async #begin() {
    clearTimeout(this.#timer);
    this.#request = kept.read(this.#place);
    this.#wrong = {};
    if (this.#request) {
      this.#channels = this.#request.channels;
      this.#looks = 0;
      this.#show('waiting');
      return this.#look();
    }
    const era = this.#show('loading');
    const answer = await this.#ask('/callback-options', 'GET');
    if (era !== this.#era) return;
    if (answer.type) return this.#fail(answer, () => this.#again());
    this.#options = answer.body;
    this.#channels = answer.body.channels;
    const others = this.#others.length > 0;
    this.#show(this.#channels.includes('callback') ? 'form' : others ? 'channels' : 'closed');
  }

  #ask(path, method, more) {
    const authorize = this.hasAttribute('account') && this.authorize;
    return ask(this.#door + path, method, { authorize, ...more });
  }

  /* Asking for a call */

  get #typed() {
    const typed = {};
    for (const field of FIELDS) {
      const input = this.#form.elements.namedItem(field);
      if (field === 'phoneNumber') typed[field] = plain(input.value);
      else if (input?.value) typed[field] = input.value;
    }
    // A number without a country code is one of the country that is served, if it is one.
    const [only, more] = this.#options.countries;
    return only && !more ? { country: only, ...typed } : typed;
  }

  async #send() {
    if (this.#state === 'sending') return;
    const typed = this.#typed;
    this.#wrong = check(typed);
    if (Object.keys(this.#wrong).length > 0) return this.#invalid();
    const number = this.#form.elements.namedItem('phoneNumber').value.trim();
    const json = JSON.stringify(typed);
    if (json !== this.#sent.json) this.#sent = { json, key: randomKey() };
    const isRetry = this.#state === 'unavailable';
    const era = this.#show('sending');
    if (isRetry) this.#form.querySelector('.send').focus();
    const answer = await this.#ask('/callbacks', 'POST', this.#sent);
    if (era !== this.#era) return;
    this.#answered(answer, number);
  }

  #answered(answer, number) {
    const { body } = answer;
    if (!answer.type && body.id) {
      this.#request = { id: body.id, callBy: body.callBy, number };
      this.#channels = body.channels;
      kept.write(this.#place, { id: body.id, callBy: body.callBy, channels: body.channels });
      this.#settled('waiting');
      this.#emit('accepted', { id: body.id });
      this.#looks = 0;
      this.#wait();
    } else if (!answer.type) {
      this.#channels = body.channels ?? [];
      this.#settled('channels');
      this.#emit('redirected', { channels: this.#channels });
    } else if (REFUSED[body.field]) {
      this.#wrong = { [body.field]: REFUSED[body.field] };
      this.#emit('error', { type: answer.type });
      this.#invalid();
    } else {
      // Under this key something else was asked; the next try takes another.
      if (answer.type === 'idempotency-key-reused') this.#sent = { json: null, key: null };
      this.#fail(answer, () => this.#send());
    }
  }

  /** What was typed has been taken: nothing of it stays, and the next request is another one. */
  #settled(state) {
    this.#form = null;
    this.#sent = { json: null, key: null };
    this.#show(state, true);
  }

  #invalid() {
    this.#show('form');
    const first = this.#form.querySelector('[aria-invalid]');
    (first ?? this.#form.elements.namedItem('phoneNumber')).focus();
  }

  #fail(answer, act) {
    const seconds = answer.retryAfter || (answer.status === 429 ? RETRY_AFTER_SECONDS : 0);
    this.#retry = { act, at: Date.now() + Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000 };
    if (answer.body.channels) this.#channels = answer.body.channels;
    this.#show('unavailable', this.#hasFocus);
    this.#emit('error', { type: answer.type });
    clearTimeout(this.#timer);
    if (seconds > 0) this.#timer = setTimeout(() => this.#mayRetry(), this.#retry.at - Date.now());
  }

  #mayRetry() {
    this.#retry.at = 0;
    this.shadowRoot.querySelector('.retry')?.removeAttribute('aria-disabled');
    const until = this.shadowRoot.querySelector('.until');
    if (until) until.textContent = this.#texts.retryNow;
    this.#announce(this.#texts.retryNow);
  }

  #tryAgain() {
    if (this.#retry.at > Date.now()) this.#announce(this.shadowRoot.querySelector('.until').textContent);
    else this.#retry.act();
  }

  /* Waiting for it */

  #wait() {
    clearTimeout(this.#timer);
    const usual = LOOKS_AFTER_SECONDS[Math.min(this.#looks, LOOKS_AFTER_SECONDS.length - 1)] * 1000;
    const left = Date.parse(this.#request.callBy) - Date.now() + 1000;
    this.#timer = setTimeout(() => this.#look(), left > 0 ? Math.min(usual, left) : usual);
  }

  get #isSeen() {
    return !document.hidden && (!this.#isDialog || !!this.shadowRoot.querySelector('dialog')?.open);
  }

  /** Somebody looks again: what has become of the request? */
  #resume() {
    if (this.#state === 'waiting' && this.#isSeen) this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    if (!this.#isSeen) return;
    this.#looks += 1;
    const [era, request] = [this.#era, this.#request];
    const answer = await this.#ask(`/callbacks/${request.id}`, 'GET');
    if (era !== this.#era || this.#state !== 'waiting') return;
    const status = answer.type ? undefined : answer.body.status;
    if (status === 'ended' || status === 'cancelled') this.#over(status);
    // It is somebody else's, or long gone.
    else if (answer.status === 404) this.reset();
    else {
      if (status && answer.body.channels.join() !== this.#channels.join()) {
        this.#channels = answer.body.channels;
        this.#render();
      }
      this.#wait();
      if (answer.status === 429) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#look(), (answer.retryAfter || RETRY_AFTER_SECONDS) * 1000);
      }
    }
  }

  async #cancel() {
    const era = this.#era;
    const button = this.shadowRoot.querySelector('.cancel');
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    const answer = await this.#ask(`/callbacks/${this.#request.id}`, 'DELETE');
    if (era !== this.#era) return;
    this.#cancelFailed = !!answer.type;
    if (answer.type) {
      this.#render();
      this.shadowRoot.querySelector('.cancel').focus();
      this.#announce(this.#texts.cancelFailed);
      this.#emit('error', { type: answer.type });
      return;
    }
    this.#over('cancelled');
    this.#emit('cancelled', {});
  }

  #over(state) {
    clearTimeout(this.#timer);
    kept.write(this.#place, null);
    this.#show(state, this.#hasFocus);
  }

  /* Showing it */

  get #others() {
    return this.#channels.filter((channel) => channel === 'chat' || channel === 'call-in');
  }

  get #hasFocus() {
    return !!this.shadowRoot.activeElement;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`tollgate-${name}`, { bubbles: true, composed: true, detail }));
  }

  /** Goes to a state, and tells it: by the focus if the visitor is here, else by the status line. */
  #show(state, focus = false) {
    const before = this.#state;
    this.#state = state;
    this.#era += 1;
    const era = this.#era;
    if (state !== 'waiting') this.#cancelFailed = false;
    this.#render();
    if (focus) this.#focusHeading();
    else if (state === 'sending') this.#announce(this.#texts.sending);
    else if (state !== 'loading' && before !== 'loading' && state !== 'form') {
      this.#announce(this.shadowRoot.querySelector('.heading').textContent);
    }
    if (before !== state) this.#emit('state', { state });
    return era;
  }

  #focusHeading() {
    this.shadowRoot.querySelector('.heading')?.focus();
  }

  #announce(text) {
    this.shadowRoot.querySelector('.status').textContent = text;
  }

  /** Makes everything anew in another language, with what was typed. */
  #build() {
    const typed = this.#form && [...this.#form.elements].map((input) => input.value);
    this.#form = null;
    if (typed && (this.#state === 'form' || this.#state === 'unavailable')) {
      this.#form = this.#makeForm();
      [...this.#form.elements].forEach((input, index) => { if ('name' in input && input.name) input.value = typed[index]; });
    }
    this.#render();
  }

  #render() {
    const root = this.shadowRoot;
    const open = root.querySelector('dialog')?.open;
    const direction = RIGHT_TO_LEFT.includes(this.#language) ? 'rtl' : 'ltr';
    let panel = root.querySelector('.panel');
    if (!panel || !!root.querySelector('dialog') !== this.#isDialog) {
      panel = h('div', { class: 'panel', part: 'panel' });
      const status = h('p', { class: 'status', role: 'status' });
      root.replaceChildren(...this.#frame(panel, status));
      if (open && this.#isDialog) root.querySelector('dialog').showModal();
    }
    for (const node of root.children) {
      node.lang = this.#language;
      node.dir = direction;
    }
    const opener = root.querySelector('.opener');
    if (opener) {
      opener.textContent = this.#texts.open;
      root.querySelector('.close').setAttribute('aria-label', this.#texts.close);
    }
    panel.setAttribute('aria-busy', String(this.#state === 'loading' || this.#state === 'sending'));
    if ((this.#state === 'form' || this.#state === 'sending') && this.#form && panel.contains(this.#form)) this.#renderForm();
    else panel.replaceChildren(...this.#screen(), h('slot', { name: 'footer' }));
  }

  #frame(panel, status) {
    if (!this.#isDialog) return [panel, status];
    const close = h('button', { type: 'button', class: 'close', part: 'close', click: () => this.close() }, icon('close'));
    return [
      h('button', { type: 'button', class: 'opener primary', part: 'opener button', click: () => this.open() }),
      h('dialog', { 'aria-labelledby': 'heading', close: () => clearTimeout(this.#timer) }, panel, close, status),
    ];
  }

  /** What a state shows. */
  #screen() {
    const say = this.#texts;
    const again = h('button', { type: 'button', class: 'primary', part: 'button primary', click: () => this.#again() }, say.again);
    switch (this.#state) {
      case 'form':
      case 'sending': {
        this.#form ??= this.#makeForm();
        this.#renderForm();
        return [this.#head(say.title, h('slot', { name: 'intro' }, say.intro)), this.#form];
      }
      case 'waiting':
        return [this.#head(say.waiting, this.#untilWhen(), 'ok'), this.#cancelButton(), ...this.#ways(say.others)];
      case 'channels':
        return [this.#head(say.channels, say.channelsIntro), ...this.#ways()];
      case 'unavailable':
        return [this.#head(say.unavailable, say.unavailableIntro, 'bad'), this.#retryButtons(), ...this.#ways(say.orOthers)];
      case 'ended':
        return [this.#head(say.ended, say.endedIntro), again, ...this.#ways()];
      case 'cancelled':
        return [this.#head(say.cancelled, say.cancelledIntro, 'ok'), again, ...this.#ways()];
      case 'closed':
        return [this.#head(say.closed, say.closedIntro)];
      default:
        return [h('p', { class: 'status' }, say.loading), ...[1, 2, 3, 4].map(() => h('div', { class: 'skeleton' }))];
    }
  }

  /** Begins anew for whoever pressed a button that is gone then. */
  async #again() {
    await this.#begin();
    this.#focusHeading();
  }

  #head(title, intro, sign) {
    const level = Math.min(6, Math.max(1, Number(this.getAttribute('heading-level')) || 2));
    const heading = h(`h${level}`, { class: 'heading', id: 'heading', part: 'heading', tabindex: '-1' }, title);
    const lead = h('p', { class: sign ? '' : 'intro', part: 'intro' }, intro);
    return h('div', { class: 'head' }, sign && h('span', { class: sign }, icon(sign)), h('div', {}, heading, lead));
  }

  #untilWhen() {
    const { number, callBy } = this.#request;
    const by = new Date(callBy);
    const isToday = by.toDateString() === new Date().toDateString();
    const time = h('strong', {}, h('bdi', {}, this.#time(by, isToday ? 'short' : undefined)));
    const bold = number && h('strong', {}, h('bdi', { dir: 'ltr' }, number));
    return fill(number ? this.#texts.waitingFor : this.#texts.waitingLater, { number: bold, time });
  }

  /** A time of today, to the minute or second; or with its day. */
  #time(date, timeStyle) {
    const style = timeStyle ? { timeStyle } : { dateStyle: 'medium', timeStyle: 'short' };
    return new Intl.DateTimeFormat(this.#language, style).format(date);
  }

  #cancelButton() {
    return h('div', { class: 'field' },
      h('button', { type: 'button', class: 'cancel', part: 'button', click: () => this.#cancel(),
        'aria-describedby': this.#cancelFailed ? 'cancel-error' : null }, this.#texts.cancel),
      this.#cancelFailed && this.#error('cancel-error', this.#texts.cancelFailed));
  }

  #retryButtons() {
    const say = this.#texts;
    const late = this.#retry.at > Date.now();
    return h('div', { class: 'screen' },
      h('button', { type: 'button', class: 'retry primary', part: 'button primary', click: () => this.#tryAgain(),
        'aria-disabled': late ? 'true' : null, 'aria-describedby': late ? 'until' : null }, say.retry),
      late && h('p', { class: 'until hint', id: 'until' },
        fill(say.retryFrom, { time: h('bdi', {}, this.#time(new Date(this.#retry.at), 'medium')) })),
      this.#form && h('button', { type: 'button', part: 'button', click: () => this.#show('form', true) }, say.back));
  }

  /** The other channels. What a website puts in the slot of a channel's name is shown with it. */
  #ways(title) {
    const say = this.#texts;
    if (this.#others.length === 0) return [];
    const rows = this.#others.map((channel) => {
      const chat = channel === 'chat' && this.openChat;
      const button = chat && h('button', { type: 'button', part: 'button', click: () => this.openChat() }, say.openChat);
      return h('li', { class: 'way', part: 'way' }, icon(channel), h('strong', {}, channel === 'chat' ? say.chat : say.callIn),
        h('slot', { name: channel }, button || []));
    });
    return [title && h('p', { class: 'others' }, title), h('ul', { class: 'ways', role: 'list' }, rows)].filter(Boolean);
  }

  /* The form */

  #makeForm() {
    const say = this.#texts;
    const { countries, defaultCountry } = this.#options;
    const topics = (this.getAttribute('topics') ?? '').split(',').map((topic) => topic.trim()).filter(Boolean);
    return h('form', { novalidate: true, submit: (event) => { event.preventDefault(); this.#send(); } },
      countries.length > 1 && this.#field('country', say.country, this.#countries(countries, defaultCountry)),
      this.#field('phoneNumber', say.number,
        h('input', { type: 'tel', autocomplete: 'tel', dir: 'ltr', required: true }), say.numberHint),
      this.hasAttribute('ask-name') && this.#field('name', say.name, h('input', { autocomplete: 'name' })),
      topics.length > 0 && this.#field('topic', say.topic, h('select', {}, h('option', { value: '' }, say.choose),
        topics.map((topic) => topic.split('=')).map(([topic, label]) => h('option', { value: topic }, label ?? topic)))),
      h('button', { class: 'send primary', part: 'button primary' }, say.send),
      h('p', { class: 'fine', part: 'privacy' }, h('slot', { name: 'privacy' }, say.privacy)));
  }

  #countries(countries, chosen) {
    const names = new Intl.DisplayNames(this.#language, { type: 'region' });
    const named = countries.map((code) => [names.of(code), code]).sort(([a], [b]) => a.localeCompare(b, this.#language));
    const options = named.map(([name, value]) => h('option', { value, selected: value === chosen }, name));
    return h('select', { autocomplete: 'country' }, options);
  }

  #field(name, label, input, hint) {
    const optional = name === 'name' || name === 'topic';
    for (const [attribute, value] of [['id', name], ['name', name], ['part', 'input']]) input.setAttribute(attribute, value);
    return h('div', { class: 'field', part: 'field' },
      h('label', { for: name, part: 'label' }, label, optional && h('span', { class: 'optional' }, ` ${this.#texts.optional}`)),
      hint && h('p', { class: 'hint', id: `${name}-hint` }, hint), input);
  }

  #error(id, text) {
    return h('p', { class: 'error', id, part: 'error' }, icon('bad'), h('span', {}, text));
  }

  /** Brings the form up to date: its button, and what is wrong, above each field, where no keyboard or list covers it. */
  #renderForm() {
    const sending = this.#state === 'sending';
    const button = this.#form.querySelector('.send');
    button.textContent = sending ? this.#texts.sending : this.#texts.send;
    button.toggleAttribute('aria-disabled', false);
    if (sending) button.setAttribute('aria-disabled', 'true');
    for (const error of this.#form.querySelectorAll('.error')) error.remove();
    for (const input of this.#form.querySelectorAll('input, select')) {
      const wrong = this.#wrong[input.name];
      const described = [wrong && `${input.name}-error`, input.name === 'phoneNumber' && 'phoneNumber-hint'].filter(Boolean);
      if (described.length > 0) input.setAttribute('aria-describedby', described.join(' '));
      else input.removeAttribute('aria-describedby');
      if (wrong) {
        input.setAttribute('aria-invalid', 'true');
        input.before(this.#error(`${input.name}-error`, this.#texts[wrong]));
      } else input.removeAttribute('aria-invalid');
    }
  }
}

customElements.define('tollgate-callback', TollgateCallback);
