// The local stack, and what an operator does with it.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const SECONDS_TO_START = 180;

/** Starts the stack on a free port, with the websites that may call, and with more arguments. */
export async function startStack(binary, origins, more = []) {
  const process = spawn(binary, ['--port', '0', '--allowed-origins', origins.join(','), '--ring-seconds', '1', '--talk-seconds', '2', ...more]);
  const url = await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('the local stack does not start')), SECONDS_TO_START * 1000).unref();
    process.on('exit', () => reject(new Error('the local stack ended')));
    // What it prints later is read, too, lest it wait for somebody to read it.
    createInterface(process.stdout).on('line', (line) => {
      const found = /runs on (http:\/\/\S+?)\/?\s/.exec(line);
      if (found) resolve(found[1]);
    });
    process.stderr.resume();
  });
  return { url, end: () => process.kill() };
}

async function operate(url, method, path, body, headers = {}) {
  const answer = await fetch(`${url}/review/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Saves a policy that differs from the default one by `changes`. */
export async function savePolicy(url, changes) {
  const { version } = await (await fetch(`${url}/review/policy`)).json();
  await operate(url, 'PUT', 'policy', changes, { 'If-Match': `"${version}"` });
}

/** Denies a number. */
export function deny(url, number) {
  return operate(url, 'PUT', `entries/${encodeURIComponent(`number#${number}`)}`, { effect: 'deny', reason: 'told in a story' });
}

/** The requests that came to a state. */
export async function requests(url, state) {
  return (await (await fetch(`${url}/review/requests?state=${state}`)).json()).requests;
}
