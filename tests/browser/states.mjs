// Every state of the widget, one after the other, by keyboard alone, and each looked at in every light and width.

import assert from 'node:assert/strict';

import { Visitor } from './visitor.mjs';

const NUMBER = '(206) 555-0142';

/** What most visitors go through: the form, its errors, the wait, and the end. */
export async function asksAndWaits(browser, site, lang) {
  const visitor = await Visitor.come(browser, site);
  const fine = (name) => visitor.isFine(`${lang}-${name}`);
  await visitor.opens({ lang, topics: 'billing,delivery=Delivery', 'ask-name': '' });
  await visitor.sees('form');
  assert.equal(await visitor.widget.locator('.panel').getAttribute('dir'), lang === 'ar' ? 'rtl' : 'ltr');
  await fine('form');

  // What the widget finds itself, and what the API refuses.
  for (const [typed, name] of [['206', 'too-short'], ['call me', 'letters'], ['206 555 01', 'refused']]) {
    await visitor.asksFor(typed);
    await visitor.page.waitForFunction(() => document.querySelector('tollgate-callback').state === 'form');
    await visitor.widget.locator('[aria-invalid]').waitFor();
    await visitor.mustBeOn('input[type=tel][aria-invalid]', 'the field that is wrong');
    const told = await visitor.widget.locator('#phoneNumber-error').innerText();
    assert.ok(told.length > 10, told);
    assert.equal(await visitor.widget.locator('input[type=tel]').inputValue(), typed);
    if (name !== 'letters') await fine(name);
  }
  assert.equal(visitor.sent('POST').length, 1, 'what is wrong at a glance is not sent');

  await visitor.tabsTo('select[name=topic]');
  await visitor.page.keyboard.press('ArrowDown');
  let answer;
  await visitor.page.route('**/callbacks', async (route) => {
    if (!answer) await new Promise((go) => { answer = go; });
    await route.continue();
  });
  await visitor.asksFor(NUMBER);
  await visitor.sees('sending');
  await visitor.mustBeOn('input[type=tel]', 'where it was');
  await fine('sending');
  await visitor.page.keyboard.press('Enter');
  answer();
  await visitor.sees('waiting');
  assert.equal(visitor.sent('POST').length, 2, 'it is sent once');
  assert.deepEqual(visitor.sent('POST')[1].postDataJSON(), { country: 'US', phoneNumber: NUMBER, topic: 'billing' });
  await visitor.mustBeOn('.heading', 'the new heading');
  assert.equal(await visitor.widget.locator('.way').count(), 2, 'the other channels are there from the first second');
  assert.ok((await visitor.text()).includes(NUMBER));
  await fine('waiting');

  await visitor.meets('DELETE', '**/callbacks/*', { status: 503, json: { type: 'urn:tollgate:problem:unavailable' } });
  await visitor.presses('.cancel');
  await visitor.widget.locator('#cancel-error').waitFor();
  await visitor.mustBeOn('.cancel');
  await fine('waiting-not-cancelled');
  await visitor.presses('.cancel');
  await visitor.sees('cancelled');
  await visitor.mustBeOn('.heading', 'the new heading');
  await fine('cancelled');

  await visitor.presses('.primary');
  await visitor.sees('form');
  await visitor.mustBeOn('.heading', 'the new heading');
  await visitor.asksFor(NUMBER);
  await visitor.sees('waiting');
  const { id } = JSON.parse(await visitor.page.evaluate(() => Object.values(sessionStorage)[0]));
  const over = { id, status: 'ended', channels: ['chat', 'call-in'], callBy: new Date().toISOString() };
  await visitor.meets('GET', '**/callbacks/*', { json: over });
  await visitor.looksAgain();
  await visitor.sees('ended');
  await fine('ended');
  await visitor.leaves();
}

/** What is met by those to whom no call is offered, or who come at a bad time. */
export async function meetsWithOther(browser, site, lang) {
  const visitor = await Visitor.come(browser, site);
  const fine = (name) => visitor.isFine(`${lang}-${name}`);
  await visitor.page.route('**/callback-options', () => {});
  await visitor.opens({ lang });
  await visitor.sees('loading');
  await fine('loading');
  await visitor.page.unroute('**/callback-options');

  await visitor.comesFrom({ 'x-local-country': 'US' });
  await visitor.meets('GET', '**/callback-options', { json: { channels: ['chat', 'call-in'], countries: ['US'] } });
  await visitor.opens({ lang });
  await visitor.sees('channels');
  await fine('channels');

  await visitor.meets('GET', '**/callback-options', { json: { channels: [], countries: ['US'] } });
  await visitor.opens({ lang });
  await visitor.sees('closed');
  await fine('closed');

  await visitor.opens({ lang });
  await visitor.sees('form');
  await visitor.meets('POST', '**/callbacks', null);
  await visitor.asksFor(NUMBER);
  await visitor.sees('unavailable');
  await visitor.mustBeOn('.heading', 'the new heading');
  await fine('unavailable');
  const busy = { type: 'urn:tollgate:problem:too-many-requests', channels: ['chat'] };
  await visitor.meets('POST', '**/callbacks', { status: 429, json: busy, headers: { 'Retry-After': '60' } });
  await visitor.presses('.retry');
  await visitor.widget.locator('.retry[aria-disabled]').waitFor();
  await visitor.mustBeOn('.heading', 'the heading again');
  assert.equal(await visitor.widget.locator('.way').count(), 1, 'the answer names the channels');
  await fine('unavailable-too-many');
  // The number is not one of the visitor's own country, so the API offers the other channels at once.
  await visitor.presses('form + button, .retry ~ button');
  await visitor.sees('form');
  await visitor.asksFor('+44 20 7946 0958');
  await visitor.sees('channels');
  await visitor.mustBeOn('.heading', 'the new heading');

  await visitor.opens({ lang, layout: 'dialog' });
  await visitor.presses('.opener');
  await visitor.sees('form');
  await visitor.mustBeOn('.heading');
  await fine('dialog');
  await visitor.page.keyboard.press('Escape');
  await visitor.mustBeOn('.opener', 'what opened the dialog');
  await visitor.leaves();
}
