// What the widget promises, beyond the looks of its states.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { deny, requests } from './stack.mjs';
import { Visitor } from './visitor.mjs';

const WIDGET = new URL('../../widget/', import.meta.url);
const SCRIPT_BYTES_MAX = 12_000;
const LANGUAGE_BYTES_MAX = 1_500;

export async function itIsSmall() {
  const scripts = readdirSync(WIDGET).filter((name) => name.endsWith('.js'));
  assert.equal(scripts.length, 9);
  for (const name of scripts) {
    const bytes = gzipSync(readFileSync(new URL(name, WIDGET)), { level: 9 }).length;
    const most = name.startsWith('lang-') ? LANGUAGE_BYTES_MAX : SCRIPT_BYTES_MAX;
    assert.ok(bytes <= most, `${name} has ${bytes} bytes, compressed; at most ${most}`);
    console.log(`  ${name}: ${bytes} bytes of ${most}`);
  }
}

export async function everyLanguageSaysEverything() {
  const english = readFileSync(new URL('tollgate-callback.js', WIDGET), 'utf8').split('const ENGLISH = {')[1].split('\n};')[0];
  const names = [...english.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
  const marks = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  const marked = Object.fromEntries([...english.matchAll(/^ {2}(\w+): '(.*)',$/gm)].map(([, name, text]) => [name, marks(text)]));
  for (const name of readdirSync(WIDGET).filter((name) => name.startsWith('lang-'))) {
    const { default: texts } = await import(new URL(name, WIDGET));
    assert.deepEqual(Object.keys(texts), names, name);
    for (const [key, text] of Object.entries(texts)) assert.equal(marks(text), marked[key], `${name}: ${key}`);
  }
}

export async function nothingIsAskedBeforeItCanBeSeen(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.opens({ far: '', lang: 'de' });
  await visitor.page.waitForTimeout(300);
  assert.deepEqual(visitor.asked.map((request) => new URL(request.url()).pathname), ['/widget/1.0.0/tollgate-callback.js']);
  await visitor.page.keyboard.press('End');
  await visitor.sees('form');
  assert.deepEqual(
    visitor.asked.slice(1).map((request) => new URL(request.url()).pathname),
    ['/widget/1.0.0/lang-de.js', '/callback-options'],
  );
  await visitor.opens({ layout: 'dialog' });
  await visitor.page.waitForTimeout(300);
  assert.equal(visitor.sent('GET').filter((request) => request.url().endsWith('/callback-options')).length, 1);
  await visitor.leaves();
}

export async function aRetryIsTheSameRequestAndAnotherNumberIsAnother(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.opens();
  await visitor.sees('form');
  await visitor.meets('POST', '**/callbacks', null);
  await visitor.asksFor('206 555 0150');
  await visitor.sees('unavailable');
  await visitor.meets('POST', '**/callbacks', { status: 503, json: { type: 'urn:tollgate:problem:unavailable' } });
  await visitor.presses('.retry');
  await visitor.page.waitForFunction(() => document.querySelector('tollgate-callback').state === 'unavailable');
  await visitor.presses('.retry ~ button');
  await visitor.asksFor('206 555 0151');
  await visitor.sees('waiting');
  const keys = visitor.sent('POST').map((request) => request.headers()['idempotency-key']);
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
  assert.equal(keys[1], keys[0]);
  assert.notEqual(keys[2], keys[0]);
  await visitor.leaves();
}

export async function tooManyRequestsWaitAsLongAsTheyAreTold(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.page.clock.install();
  await visitor.opens();
  await visitor.sees('form');
  await visitor.meets('POST', '**/callbacks', { status: 429, json: {}, headers: { 'Retry-After': '300' } });
  await visitor.asksFor('206 555 0152');
  await visitor.sees('unavailable');
  await visitor.presses('.retry');
  await visitor.page.clock.fastForward(298_000);
  await visitor.presses('.retry');
  assert.equal(visitor.sent('POST').length, 1, 'it waits');
  await visitor.page.clock.fastForward(2_000);
  assert.match(await visitor.text('.status'), /now/);
  await visitor.presses('.retry');
  await visitor.sees('waiting');
  await visitor.leaves();
}

export async function itLooksLessAndLessOftenAndOnlyWhileItIsSeen(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.page.clock.install();
  await visitor.opens();
  await visitor.sees('form');
  await visitor.asksFor('206 555 0153');
  await visitor.sees('waiting');
  const looks = () => visitor.sent('GET').filter((request) => /callbacks\//.test(request.url())).length;
  const pass = async (seconds) => {
    await visitor.page.clock.runFor(seconds * 1000);
    await visitor.page.waitForLoadState('networkidle');
    await visitor.page.waitForTimeout(50);
  };
  for (const [seconds, expected] of [[4, 0], [1, 1], [9, 1], [1, 2], [20, 3], [59, 3], [1, 4], [60, 5]]) {
    await pass(seconds);
    assert.equal(looks(), expected, `after ${seconds} s more`);
  }
  const hide = (hidden) => visitor.page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await hide(true);
  await pass(300);
  assert.equal(looks(), 5, 'nobody sees it');
  await hide(false);
  await pass(1);
  assert.equal(looks(), 6, 'it is seen again');
  await visitor.leaves();
}

export async function theRequestOutlivesAChangeOfThePageAndTheNumberIsKeptNowhere(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.opens();
  await visitor.sees('form');
  await visitor.asksFor('206 555 0154');
  await visitor.sees('waiting');
  const kept = await visitor.page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
  assert.ok(!kept.includes('0154'), kept);
  await visitor.opens({ lang: 'fr' });
  await visitor.sees('waiting');
  assert.match(await visitor.text(), /Nous avons votre demande/);
  assert.ok(!(await visitor.text()).includes('0154'));
  await visitor.presses('.cancel');
  await visitor.sees('cancelled');
  await visitor.opens();
  await visitor.sees('form');
  await visitor.leaves();
}

export async function nothingThatScreeningDecidesShows(browser, site) {
  await deny(site.api, '+12065550161');
  const seen = [];
  for (const [number, state] of [['206 555 0160', 'closed'], ['206 555 0161', 'refused']]) {
    const visitor = await Visitor.come(browser, site);
    await visitor.comesFrom({ 'x-local-country': 'US', 'x-local-source-ip': `203.0.113.${number.slice(-3)}` });
    await visitor.opens({ lang: 'de' });
    await visitor.sees('form');
    await visitor.asksFor(number);
    await visitor.sees('waiting');
    const first = await look(visitor, number);
    const { id } = JSON.parse(await visitor.page.evaluate(() => Object.values(sessionStorage)[0]));
    await until(async () => (await requests(site.api, state)).some((request) => request.id === id), `${number} is ${state}`);
    const looks = () => visitor.sent('GET').filter((request) => request.url().endsWith(id)).length;
    await until(async () => looks() > 0, 'the widget looks at it');
    await visitor.page.waitForTimeout(100);
    seen.push([first, await look(visitor, number)]);
    await visitor.leaves();
  }
  assert.deepEqual(seen[1], seen[0]);
  assert.equal(seen[0][1], seen[0][0], 'nothing changes when the call has been made');
}

/** All that there is of the widget, but the number and times. */
async function look(visitor, number) {
  const markup = await visitor.page.evaluate(() => document.querySelector('tollgate-callback').shadowRoot.innerHTML);
  return markup.replaceAll(number, 'NUMBER').replace(/\d\d:\d\d/g, 'TIME');
}

async function until(holds, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what}: not so after ten seconds`);
}

export async function howPeopleWriteIsUnderstood(browser, site) {
  const visitor = await Visitor.come(browser, site);
  for (const typed of ['\u202a+1 (206) 555\u20110155\u202c', '٢٠٦ ٥٥٥ ٠١٥٥', '＋１　２０６－５５５－０１５５']) {
    await visitor.opens();
    await visitor.page.evaluate(() => document.querySelector('tollgate-callback').reset());
    await visitor.sees('form');
    await visitor.asksFor(typed);
    await visitor.sees('waiting');
  }
  await visitor.opens();
  await visitor.page.evaluate(() => document.querySelector('tollgate-callback').reset());
  await visitor.sees('form');
  await visitor.comesFrom({ 'x-local-country': 'US' });
  await visitor.tabsTo('select[name=country]');
  await visitor.page.keyboard.type('United K');
  await visitor.asksFor('020 7946 0958');
  await visitor.sees('channels');
  assert.equal(visitor.sent('POST').at(-1).postDataJSON().country, 'GB');
  await visitor.leaves();
}

export async function aWebsiteSpeaksInItsOwnWords(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.page.addInitScript(() => {
    globalThis.told = [];
    for (const name of ['state', 'accepted', 'cancelled', 'error', 'redirected']) {
      document.addEventListener(`tollgate-${name}`, ({ detail }) => globalThis.told.push([name, detail]));
    }
    document.addEventListener('DOMContentLoaded', () => {
      const widget = document.querySelector('tollgate-callback');
      widget.messages = { title: 'Shall we ring?' };
      widget.openChat = () => { widget.dataset.chat = 'open'; };
    });
  });
  await visitor.opens({ 'heading-level': '3', 'own-chat': '' });
  await visitor.sees('form');
  assert.equal(await visitor.text('h3'), 'Shall we ring?');
  await visitor.asksFor('206 555 0156');
  await visitor.sees('waiting');
  await visitor.tabsTo('.way button');
  await visitor.page.keyboard.press('Enter');
  assert.equal(await visitor.widget.getAttribute('data-chat'), 'open');
  // Another language in the middle of it.
  await visitor.widget.evaluate((widget) => { widget.lang = 'es'; });
  await visitor.page.waitForFunction(() => document.querySelector('tollgate-callback').shadowRoot.textContent.includes('Tenemos su solicitud'));
  const told = await visitor.page.evaluate(() => globalThis.told);
  assert.deepEqual(told.map(([name, { state }]) => state ?? name), ['form', 'sending', 'waiting', 'accepted']);
  await visitor.leaves();
}

export async function aWebsiteThatIsNotListedIsRefused(browser, site) {
  const visitor = await Visitor.come(browser, site);
  await visitor.opens({}, site.other);
  await visitor.sees('unavailable');
  assert.match(visitor.complaints.shift(), /CORS policy/);
  await visitor.leaves();
}

export async function thePageOfTheLocalStackTellsWhoTheVisitorIs(browser, site) {
  const visitor = await Visitor.come(browser, site);
  const { headers } = await fetch(site.api);
  for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
    assert.ok(headers.get('content-security-policy').includes(part), part);
  }
  await visitor.page.goto(site.api);
  await visitor.sees('form');
  await visitor.isFine('local');
  await visitor.picturesOfThePage('local-page');
  await visitor.asksFor('206 555 0157');
  await visitor.sees('waiting');
  const told = (request) => {
    const all = request.headers();
    return ['account', 'source-ip', 'country', 'anonymous'].map((fact) => all[`x-local-${fact}`]);
  };
  const [asked] = visitor.sent('POST');
  assert.equal(new URL(asked.url()).pathname, '/account/callbacks');
  assert.deepEqual(told(asked), ['alice', '203.0.113.9', 'US', 'false']);
  await visitor.page.locator('#calls', { hasText: '+12065550157' }).waitFor();

  // Somebody else, who has asked for nothing yet.
  await visitor.page.getByLabel('Account').fill('');
  await visitor.page.getByLabel('Country of the address').fill('gb');
  await visitor.page.getByLabel('Address', { exact: true }).fill('198.51.100.7');
  // By keyboard: with each fact the widget begins anew, which moves what is below it from under a pointer.
  await visitor.page.getByLabel('VPN').press('Space');
  await visitor.sees('channels');
  const last = visitor.sent('GET').findLast((request) => request.url().endsWith('callback-options'));
  assert.equal(new URL(last.url()).pathname, '/callback-options');
  assert.deepEqual(told(last), [undefined, '198.51.100.7', 'GB', 'true']);
  await visitor.leaves();
}

export async function aScriptThatIsNotTheOneMeantIsNotRun(browser, site) {
  const answer = await fetch(`${site.api}/widget/versions.json`);
  const { versions } = await answer.json();
  assert.equal(Object.keys(versions['1.0.0']).length, 9);
  for (const [version, kept] of [['1.0.0', /immutable/], ['1', /max-age=3600/]]) {
    const { headers, status } = await fetch(`${site.api}/widget/${version}/lang-ja.js`);
    assert.equal(status, 200);
    assert.match(headers.get('cache-control'), kept);
    assert.match(headers.get('content-type'), /^text\/javascript/);
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
  }
  const visitor = await Visitor.come(browser, site);
  await visitor.page.route('**/tollgate-callback.js', async (route) => {
    const response = await route.fetch();
    return route.fulfill({ response, body: `${await response.text()}//` });
  });
  await visitor.page.goto(site.url);
  await visitor.page.waitForTimeout(200);
  assert.equal(await visitor.page.evaluate(() => !!customElements.get('tollgate-callback')), false);
  assert.match(visitor.complaints.shift(), /integrity/);
  await visitor.leaves();
}
