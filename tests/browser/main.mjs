// Starts the local stack, a second one with a day of its own, and a website of another origin; plays every story in Chromium, and
// ends all three.
//
//     node main.mjs LOCAL_STACK [START OF A STORY'S NAME]

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import * as consoleStories from './console.mjs';
import { savePolicy, startStack } from './stack.mjs';
import * as states from './states.mjs';
import * as stories from './stories.mjs';
import { chromium } from './visitor.mjs';
import { startWebsite } from './website.mjs';

const [binary, wanted = ''] = process.argv.slice(2);
/** In full; the other six have the same markup and other texts. */
const LANGUAGES = ['en', 'de', 'ar'];

/** Stories that are played at the same time, each by a visitor of its own. */
const AT_ONCE = 3;

const all = [
  ...Object.entries(stories).map(([name, play]) => [name, play]),
  ...LANGUAGES.flatMap((language) => Object.entries(states).map(([name, play]) => (
    [`${name} in ${language}`, (browser, site) => play(browser, site, language)]))),
];
/** Those of the console share one day, so they are played one after the other. */
const atTheConsole = Object.entries(consoleStories).map(([name, play]) => [`console ${name}`, (browser) => play(browser, demo.url)]);

const site = await startWebsite();
const [stack, demo] = await Promise.all([startStack(binary, [site.url]), startStack(binary, [], ['--demo'])]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
process.on('exit', () => [stack, demo].forEach(({ end }) => end()));
let failed = 0;
try {
  mkdirSync(process.env.TOLLGATE_PICTURES, { recursive: true });
  // Where a request for a callback leads to a call, a number of two countries can be asked for.
  await savePolicy(stack.url, { guests: 'allow', served_countries: ['US', 'CA', 'GB'] });
  site.api = stack.url;
  const { versions } = await (await fetch(`${stack.url}/widget/versions.json`)).json();
  site.hash = versions['1.0.0']['tollgate-callback.js'];
  const isWanted = ([name]) => name.startsWith(wanted);
  const left = all.filter(isWanted);
  const play = async (left) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [name, story] = next;
      const begun = performance.now();
      try {
        await story(browser, site);
        console.log(`ok    ${name} (${Math.round(performance.now() - begun)} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${name}\n${error.stack}`);
      }
    }
  };
  await Promise.all([play(atTheConsole.filter(isWanted)), ...Array.from({ length: AT_ONCE }, () => play(left))]);
  assert.deepEqual(site.reports, [], 'the content security policy was violated');
} catch (error) {
  failed += 1;
  console.log(error.stack);
} finally {
  await browser.close();
  site.end();
}
console.log(`\n${failed} failed; pictures are in ${process.env.TOLLGATE_PICTURES}`);
process.exit(failed > 0 ? 1 : 0);
