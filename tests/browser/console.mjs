// The operators' console, on a day with two attacks under way: every screen by keyboard alone, and each looked at in every
// light and width.

import assert from 'node:assert/strict';

import { Desk } from './desk.mjs';

/** From what stands out to its end: two presses. */
export async function endsAnAttack(browser, url) {
  const desk = await Desk.sit(browser, url);
  await desk.opens();
  assert.match(await desk.text('.alarm'), /Stands out since/);
  await desk.isFine('overview');
  const what = (await desk.text('.alarm .btn.stop')).replace(/^Review and deny /, '');
  await desk.presses('.alarm .btn.stop');
  await desk.isFine('proposals');
  await desk.presses('article:target button[value=accept], article button[value=accept]');
  assert.match(await desk.text('[role=status]'), /^Denied\./);
  assert.ok(!(await desk.text()).includes(`Deny ${what}`), `${what} is proposed no more`);
  await desk.presses('nav a[href*="/lists"]');
  assert.ok((await desk.text('.lists')).includes(what), `${what} is listed`);
  await desk.leaves();
}

/** Filters, a request, its mark. */
export async function findsAndMarks(browser, url) {
  const desk = await Desk.sit(browser, url);
  await desk.opens('requests');
  await desk.isFine('requests');
  await desk.tabsTo('#field');
  await desk.page.keyboard.type('outcome');
  await desk.types('#value', 'nonsense');
  await desk.presses('.addf button');
  await desk.mustMend('#value');
  await desk.isFine('requests-wrong-filter');
  await desk.presses('.toplist a[title="Only this"]');
  await desk.isFine('requests-filtered');
  await desk.presses('.reqs a');
  await desk.isFine('request');
  await desk.types('#reason', 'silence on the line');
  await desk.presses('button[value=spam]');
  assert.match(await desk.text('[role=status]'), /^Marked\./);
  await desk.isFine('request-marked');
  await desk.leaves();
}

/** Entries: what is wrong is told at its field, what is right is listed, and removed again. */
export async function keepsTheLists(browser, url) {
  const desk = await Desk.sit(browser, url);
  await desk.opens('lists');
  await desk.types('#value', '+999');
  await desk.types('#reason', 'tried in a story');
  await desk.presses('form .btn.primary');
  await desk.mustMend('#value');
  await desk.isFine('lists-wrong');
  await desk.types('#value', '+1876');
  await desk.presses('form .btn.primary');
  assert.match(await desk.text('[role=status]'), /^Denied\./);
  await desk.isFine('lists');
  await desk.tabsTo('summary');
  await desk.page.keyboard.press('Enter');
  await desk.types('details[open] input[name=reason]', 'the story is over');
  await desk.presses('details[open] button');
  assert.match(await desk.text('[role=status]'), /^Removed\./);
  await desk.leaves();
}

/** Everything is stopped by a typed word, and the bar says so on every page. */
export async function stopsEverything(browser, url) {
  const desk = await Desk.sit(browser, url);
  await desk.opens('switches');
  await desk.types('#confirmation', 'yes');
  await desk.types('#reason-all', 'told in a story');
  await desk.presses('#all-title + form button');
  await desk.mustMend('#confirmation');
  assert.match(await desk.text('#confirmation-error'), /Nothing was stopped/);
  await desk.isFine('switches-wrong');
  await desk.types('#confirmation', 'stop all calls');
  await desk.presses('#all-title + form button');
  assert.match(await desk.text('.killbar'), /no calls at all/);
  await desk.isFine('switches-on');
  await desk.types('#reason-none', 'the story is over');
  await desk.presses('#all-title + form button');
  assert.equal(await desk.page.locator('.killbar').count(), 0);
  await desk.isFine('switches');
  await desk.leaves();
}

/** A draft is tried on the last day, and saved; the change is on record. */
export async function changesThePolicy(browser, url) {
  const desk = await Desk.sit(browser, url, { operator: 'ann;admin' });
  await desk.opens('policy');
  await desk.isFine('policy');
  await desk.tabsTo('select[name="rule:too-much-waste-in-range"]');
  await desk.page.keyboard.type('enf');
  await desk.presses('.pages .btn.primary');
  assert.match(await desk.text(), /would have come to something else/);
  await desk.isFine('policy-tried');
  await desk.presses('.save button');
  assert.match(await desk.text('[role=status]'), /^Saved\./);
  await desk.presses('nav a[href*="/changes"]');
  assert.match(await desk.text('.lists'), /saved the policy/);
  await desk.isFine('changes');
  await desk.leaves();
}

/** A viewer sees no number, and no form. */
export async function onlyLooks(browser, url) {
  const desk = await Desk.sit(browser, url, { operator: 'vic;viewer' });
  for (const page of ['', 'requests', 'proposals', 'lists', 'switches', 'changes']) {
    await desk.opens(page);
    assert.equal(await desk.page.locator('form[method=post] button').count(), 0, page);
    assert.ok(!/\+1 \d{3} 555 \d{4}/.test(await desk.text()), page);
  }
  await desk.isFine('viewer-switches');
  await desk.opens('nowhere');
  await desk.isFine('not-found');
  await desk.leaves();
}

/** All of it without a script: the pages hold none, so the browser need not run any. */
export async function needsNoScript(browser, url) {
  const desk = await Desk.sit(browser, url, { script: false });
  await desk.opens();
  await desk.page.locator('nav a[href*="/requests"]').click();
  assert.match(await desk.page.title(), /^Requests/);
  await desk.page.locator('nav a[href*="/console/"]').first().click();
  await desk.page.locator('summary').first().click();
  assert.ok(await desk.page.locator('details[open] table').first().isVisible());
  await desk.leaves();
}
