import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mail } from '../live/mails.ts';
import { escapeHtml, page, sendPage, timeOfDay } from './http.ts';

/** Pages that show the sent mails as a lead would read them. `mails`: newest first. */
export async function handleMailbox(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  mails: () => Promise<readonly Mail[]>,
): Promise<boolean> {
  if (request.method !== 'GET') return false;
  const all = await mails();
  if (path === '' || path === '/') {
    sendPage(response, 200, listPage(all));
    return true;
  }
  const id = decodeURIComponent(path.slice(1));
  const mail = all.find((candidate) => candidate.id === id);
  if (mail === undefined) return false;
  sendPage(response, 200, mailPage(mail, all.length));
  return true;
}

const watchedMailbox = (count: number) => ({
  page: '/mailbox',
  items: { count, one: 'newer mail', many: 'newer mails' },
});

function listPage(mails: readonly Mail[]): string {
  const rows = mails.map(
    ({ id, at, to, subject }) =>
      `<tr><td class="quiet">${timeOfDay(at)}</td><td>${escapeHtml(to.join(', '))}</td><td><a href="/mailbox/${encodeURIComponent(id)}">${escapeHtml(subject || '(no subject)')}</a></td></tr>`,
  );
  const body =
    rows.length === 0
      ? '<p>No mail yet. The first warning comes when half of a promised time has passed.</p>'
      : `<p class="quiet">${mails.length === 1 ? 'One mail' : `${mails.length} mails`}, newest first. None of them left this machine.</p>
<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`;
  return page({ title: 'Mailbox', body, watched: watchedMailbox(mails.length) });
}

/** The whole mail, as HTML and as text. `count`: how many there are. */
function mailPage({ from, to, subject, at, html, text }: Mail, count: number): string {
  // Links leave the frame: the pages behind them refuse to be framed, as they should. Of the same origin, but without
  // scripts: nothing in the frame can run, and the page can see how high the mail is.
  const framed = escapeHtml(`<base target="_blank">${html}`);
  const shown =
    html === ''
      ? ''
      : `<h2>As HTML</h2><iframe title="The mail as HTML" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" srcdoc="${framed}"></iframe>`;
  const head = [
    ['From', from],
    ['To', to.join(', ')],
    ['Sent', timeOfDay(at)],
  ].map(([name = '', value = '']) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`);
  const body = `<p><a href="/mailbox">All mails</a></p>
<dl>${head.join('')}</dl>
${shown}
<h2>As text</h2><pre>${linked(text)}</pre>
<p><a href="/mailbox">All mails</a></p>`;
  return page({ title: subject || '(no subject)', body, watched: watchedMailbox(count) });
}

/** Text as HTML, its web addresses as links. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => {
      const safe = escapeHtml(part);
      return index % 2 === 0 ? safe : `<a href="${safe}" target="_blank" rel="noreferrer">${safe}</a>`;
    })
    .join('');
}
