/** What a toy's page watches, so that it can say that there is news. It is never loaded anew by itself: that loses one's place. */
export interface Watched {
  /** Path of the page whose state is watched; usually its own. */
  readonly page: string;
  /** How many things it lists now, and what further ones are called. */
  readonly items?: { readonly count: number; readonly one: string; readonly many: string };
}

export const NEWS_PATH = '/news.js';

/**
 * The script of the pages. Every few seconds, while the page is looked at, it fetches the watched page and compares what its
 * <main> says of itself. What is new it says in one line with a link; nothing else changes under the reader. It also gives
 * a mail's frame the height of the mail.
 */
export const NEWS_SCRIPT = `const main = document.querySelector('main[data-watch]');
const news = document.getElementById('news');
const title = document.title;
const say = (text, linked) => {
  if (news.textContent === text) return;
  news.replaceChildren();
  if (text === '') return;
  const part = document.createElement(linked ? 'a' : 'span');
  if (linked) part.href = main.dataset.watch;
  part.textContent = text;
  news.append(part);
};
const look = async () => {
  const { watch, state, count, one, many } = main.dataset;
  if (document.visibilityState === 'hidden') return;
  try {
    const html = await (await fetch(watch, { cache: 'no-store' })).text();
    const now = new DOMParser().parseFromString(html, 'text/html').querySelector('main').dataset;
    const more = Number(now.count ?? 0) - Number(count ?? 0);
    const changed = watch === location.pathname && now.state !== state;
    say(more > 0 ? more + ' ' + (more === 1 ? one : many) : changed ? 'There is news: show it' : '', true);
    document.title = more > 0 ? '(' + more + ') ' + title : title;
  } catch {
    say('The demo has ended: nothing new will come.', false);
  }
};
if (main !== null) {
  setInterval(look, 4000);
  document.addEventListener('visibilitychange', look);
}
for (const frame of document.querySelectorAll('iframe')) {
  const fit = () => {
    const mail = frame.contentDocument?.documentElement;
    if (mail) frame.style.height = mail.scrollHeight + 2 + 'px';
  };
  frame.addEventListener('load', fit);
  addEventListener('resize', fit);
  fit();
}
`;
