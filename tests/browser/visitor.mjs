// A visitor at the website: what she does by keyboard, and what is looked at over her shoulder.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tools = createRequire(`${process.env.TOLLGATE_BROWSER_TOOLS}/`);
export const { chromium } = tools('playwright-core');
export const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');
export const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const LIGHTS = { light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' }, forced: { forcedColors: 'active' } };
export const WIDTHS = [1440, 1024, 390];

export class Visitor {
  static async come(browser, site) {
    const context = await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const visitor = new Visitor(site, context, page);
    await page.addInitScript(axe);
    page.on('pageerror', (error) => visitor.complaints.push(`error: ${error.message}`));
    // The browser itself says so of each answer from 400 on; what is done about it is what the stories are about.
    page.on('console', (message) => /^Failed to load resource/.test(message.text()) || visitor.complaints.push(message.text()));
    page.on('request', (request) => request.url().startsWith(site.api) && visitor.asked.push(request));
    return visitor;
  }

  constructor(site, context, page) {
    Object.assign(this, { site, context, page, complaints: [], asked: [], widget: page.locator('tollgate-callback') });
  }

  /** Goes to the page with a widget of these attributes. */
  async opens(attributes = {}, from = this.site.url) {
    await this.page.goto(`${from}/?${new URLSearchParams(attributes)}`);
    await this.page.waitForFunction(() => customElements.get('tollgate-callback'));
  }

  /** Waits until the widget shows a state. */
  async sees(state) {
    await this.page.waitForFunction((state) => document.querySelector('tollgate-callback').state === state, state);
  }

  /** Comes back to the page from another tab. */
  looksAgain() {
    return this.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  }

  /** Whether the focus is on what a selector means, within the widget. */
  focusIsOn(selector) {
    return this.page.evaluate((selector) => !!document.querySelector('tollgate-callback').shadowRoot.activeElement?.matches(selector), selector);
  }

  async mustBeOn(selector, why = selector) {
    assert.ok(await this.focusIsOn(selector), `the focus is not on ${why}`);
  }

  /** Goes on by Tab until the focus is on something. */
  async tabsTo(selector) {
    for (let steps = 0; steps < 20; steps += 1) {
      await this.page.keyboard.press('Tab');
      if (await this.focusIsOn(selector)) return;
    }
    assert.fail(`${selector} cannot be reached by Tab`);
  }

  async presses(selector, key = 'Enter') {
    if (!(await this.focusIsOn(selector))) await this.tabsTo(selector);
    await this.page.keyboard.press(key);
  }

  /** Types a number over what is there, and sends the form. */
  async asksFor(number) {
    if (!(await this.focusIsOn('input[type=tel]'))) {
      await this.page.evaluate(() => document.activeElement.blur());
      await this.tabsTo('input[type=tel]');
    }
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.type(number);
    assert.equal(await this.widget.locator('input[type=tel]').inputValue(), number, 'what is typed is changed');
    await this.page.keyboard.press('Enter');
  }

  text(selector = '.panel') {
    return this.widget.locator(selector).innerText();
  }

  /** The requests of a method so far. */
  sent(method) {
    return this.asked.filter((request) => request.method() === method);
  }

  /** From here on the edge tells this of the visitor: `x-local-…` headers, which a page of another origin may not write. */
  comesFrom(facts) {
    return this.page.route(`${this.site.api}/callback*`, (route) => route.continue({ headers: { ...route.request().headers(), ...facts } }));
  }

  /** The next request of this kind is answered by `how` instead; null: it never arrives. */
  async meets(method, path, how) {
    let met = false;
    const meeting = async (route) => {
      if (met || route.request().method() !== method) return route.fallback();
      met = true;
      if (how === null) return route.abort();
      const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Location, Retry-After' };
      const { status = 200, json, headers } = how;
      return route.fulfill({ status, json, headers: { ...cors, ...headers } });
    };
    await this.page.route(path, meeting);
  }

  /** Looks at a state in every light and width: nothing that axe finds, nothing that is cut off, a picture of each width. */
  async isFine(name) {
    for (const [light, media] of Object.entries(LIGHTS)) {
      await this.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media });
      for (const width of WIDTHS) {
        await this.page.setViewportSize({ width, height: 800 });
        await this.hasNoViolation(`${name}, ${light}, ${width} px`);
        if (width === 390 || light === 'light') await this.picture(`${name}-${light}-${width}`);
      }
    }
    await this.page.setViewportSize({ width: 320, height: 800 });
    const hidden = await this.page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(hidden <= 0, `${name}: ${hidden} px are cut off at 320 px`);
    await this.page.setViewportSize({ width: 1024, height: 800 });
    await this.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  }

  async hasNoViolation(where) {
    const found = await this.page.evaluate(async (tags) => {
      const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
    }, STANDARD);
    assert.deepEqual(found, [], where);
  }

  async picture(name) {
    const dialog = this.widget.locator('dialog[open]');
    const what = (await dialog.count()) > 0 ? dialog : this.widget;
    await what.screenshot({ path: `${process.env.TOLLGATE_PICTURES}/${name}.png`, animations: 'disabled' });
  }

  async picturesOfThePage(name) {
    for (const colorScheme of ['light', 'dark']) {
      await this.page.emulateMedia({ colorScheme });
      for (const width of [1440, 390]) {
        await this.page.setViewportSize({ width, height: 800 });
        await this.page.screenshot({ path: `${process.env.TOLLGATE_PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      }
    }
  }

  async leaves() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], 'the console has something to say');
  }
}
