import { html, raw } from 'hono/html';

type Html = ReturnType<typeof html>;

/** Shell of every page that people see: readable on a phone, light or dark, no script, nothing from elsewhere. `style`: more of it, ours alone. */
export function page(title: string, content: Html, style = ''): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · CaseRelay</title>
<style>
:root { color-scheme: light dark; --accent: #1d4ed8; --on-accent: #fff; --ground: #f1f3f6; --card: #fff;
  --text: #14171c; --muted: #5a6270; --line: #e3e6eb; }
@media (prefers-color-scheme: dark) { :root { --accent: #9ec1ff; --on-accent: #10131a; --ground: #0f1115;
  --card: #1b1e25; --text: #f3f4f6; --muted: #a9b0bd; --line: #343943; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 38rem; margin: 0 auto; padding: 1.5rem; background: var(--card); min-height: 100vh; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
dl { margin: 1.5rem 0 0; }
dl > div { padding: .6rem 0; border-top: 1px solid var(--line); }
dt { color: var(--muted); font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.note { color: var(--muted); font-size: .9rem; margin: .5rem 0 0; }
.done { border-left: 4px solid var(--accent); padding: .25rem 0 .25rem .9rem; }
button { font: inherit; font-weight: 600; width: 100%; max-width: 20rem; min-height: 3rem; padding: .6rem 1.4rem;
  border: 0; border-radius: .35rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
@media (min-width: 42rem) { main { margin: 2rem auto; min-height: 0; border-radius: .5rem; } }
${raw(style)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`);
}

/** A page that says one thing. */
export function messagePage(title: string, message: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
<p>${message}</p>`,
  );
}
