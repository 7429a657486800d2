// A website of its own origin that uses the widget, under the strictest content security policy that can be.

import { createServer } from 'node:http';

/**
 * Its pages: `/?lang=de&topics=a,b` has the attributes of the query; `own-chat` leaves out the link to its chat. What the
 * browser reports is kept in `reports`.
 */
export async function startWebsite() {
  const reports = [];
  const site = { reports, api: '', hash: '' };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname === '/reports') {
      request.on('data', (data) => reports.push(String(data)));
      request.on('end', () => response.writeHead(204).end());
    } else if (pathname === '/favicon.ico') response.writeHead(204).end();
    else response.writeHead(200, headers(site.api)).end(page(site, searchParams));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return Object.assign(site, { url: `http://localhost:${port}`, other: `http://127.0.0.1:${port}`, end: () => server.close() });
}

function headers(api) {
  const policy = ["default-src 'none'", `script-src ${api}`, "style-src 'none'", `connect-src ${api}`, "base-uri 'none'",
    "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'", 'report-uri /reports'];
  return { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy.join('; ') };
}

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function page({ api, hash }, query) {
  const [far, door, ownChat] = [query.get('far') !== null, query.get('door') ?? api, query.get('own-chat') !== null];
  for (const name of ['far', 'door', 'own-chat']) query.delete(name);
  const attributes = [...query].map(([name, value]) => ` ${name}="${escape(value)}"`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact us</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<script type="module" src="${api}/widget/1.0.0/tollgate-callback.js" integrity="${hash}" crossorigin></script></head>
<body><main><h1>Contact us</h1>${far ? '<svg height="5000" width="1"></svg>' : ''}
<tollgate-callback api="${escape(door)}"${attributes}>${ownChat ? '' : '<a slot="chat" href="/chat">Open chat</a>'}
<a slot="call-in" href="tel:+12065550199">+1 206 555 0199</a></tollgate-callback></main></body></html>`;
}
