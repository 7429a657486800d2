// An operator at the console: what is done by keyboard alone, and what is looked at over the shoulder.

import assert from 'node:assert/strict';

import { LIGHTS, STANDARD, WIDTHS, axe } from './visitor.mjs';

/** The longest page, in bytes as they are sent. */
const PAGE_BYTES_MAX = 60_000;

export class Desk {
  static async sit(browser, url, { operator = 'sue;supervisor', script = true } = {}) {
    const context = await browser.newContext({
      reducedMotion: 'reduce', timezoneId: 'UTC', javaScriptEnabled: script, extraHTTPHeaders: { 'x-local-operator': operator } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const desk = new Desk(url, context, page);
    if (script) await page.addInitScript(axe);
    page.on('pageerror', (error) => desk.complaints.push(`error: ${error.message}`));
    page.on('console', (message) => /^Failed to load resource/.test(message.text()) || desk.complaints.push(message.text()));
    page.on('request', (request) => request.url().startsWith(url) || /^data:/.test(request.url()) || desk.complaints.push(`asked ${request.url()}`));
    page.on('response', async (response) => {
      if (!/text\/html/.test(response.headers()['content-type'] ?? '')) return;
      const length = (await response.body().catch(() => '')).length;
      if (length > PAGE_BYTES_MAX) desk.complaints.push(`${response.url()}: ${length} bytes`);
    });
    return desk;
  }

  constructor(url, context, page) {
    Object.assign(this, { url, context, page, complaints: [] });
  }

  opens(page = '') {
    return this.page.goto(`${this.url}/console/${page}`);
  }

  focusIsOn(selector) {
    return this.page.evaluate((selector) => !!document.activeElement?.matches(selector), selector);
  }

  /** Goes on by Tab until the focus is on something. */
  async tabsTo(selector) {
    for (let steps = 0; steps < 250; steps += 1) {
      if (await this.focusIsOn(selector)) return;
      await this.page.keyboard.press('Tab');
    }
    assert.fail(`${selector} cannot be reached by Tab on ${this.page.url()}`);
  }

  /** Presses something that leads to another page, or to the same one anew. */
  async presses(selector) {
    await this.tabsTo(selector);
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')]);
  }

  async types(selector, text) {
    await this.tabsTo(selector);
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
  }

  async text(selector = 'main') {
    return (await this.page.locator(selector).first().innerText()).trim();
  }

  /** Waits until the focus is on what has to be typed once more. */
  mustMend(selector) {
    return this.page.waitForFunction((selector) => document.activeElement?.matches(`${selector}[aria-invalid]`), selector);
  }

  /** Looks at a page in every light and width: nothing that axe finds, nothing that is cut off, a picture of each. */
  async isFine(name) {
    for (const [light, media] of Object.entries(LIGHTS)) {
      await this.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media });
      for (const width of WIDTHS) {
        await this.page.setViewportSize({ width, height: 1000 });
        const found = await this.page.evaluate(async (tags) => {
          const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
        }, STANDARD);
        assert.deepEqual(found, [], `${name}, ${light}, ${width} px`);
        await this.page.screenshot({ path: `${process.env.TOLLGATE_PICTURES}/console-${name}-${light}-${width}.png`, fullPage: width === 390 });
      }
    }
    await this.page.setViewportSize({ width: 320, height: 800 });
    const hidden = await this.page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(hidden <= 0, `${name}: ${hidden} px are cut off at 320 px`);
    await this.page.setViewportSize({ width: 1440, height: 1000 });
    await this.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  }

  async leaves() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], 'the browser has something to say');
  }
}
