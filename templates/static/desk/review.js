'use strict';
// Reading figures by keyboard. The page works without this: here the next figure is fetched ahead,
// so that it is there at once, while the verdict on this one is on its way.
(() => {
  const root = document.querySelector('[data-review]');
  if (!root) return;
  const base = root.dataset.review;
  const csrf = document.querySelector('meta[name=csrf]').content;
  const problem = document.querySelector('[data-problem]');
  const told = document.querySelector('[data-told]');
  const help = document.querySelector('[data-help]');
  const counter = document.querySelector('[data-left]');
  const WORDS = { open: 'to read', single: 'read once', asked: 'asked back', rejected: 'no figure' };
  const ahead = new Map();
  const done = new Set();
  let left = Number(counter.dataset.left);
  let pending = 0;
  let moving = false;

  const figure = () => root.querySelector('[data-figure]');
  const of = (name) => figure().dataset[name];

  const fetchFigure = (id) => {
    if (!ahead.has(id)) {
      ahead.set(id, fetch(`${base}?part=1&figure=${id}`, { headers: { Accept: 'text/html' } }).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      }));
      ahead.get(id).catch(() => ahead.delete(id));
    }
    return ahead.get(id);
  };

  // A picture that is shown already changes places with the new one: nothing is loaded again.
  const keepPictures = (before, after) => {
    for (const svg of after.querySelectorAll('svg')) {
      const kind = svg.classList[0];
      const old = before.querySelector(`svg.${kind} image`);
      const image = svg.querySelector('image');
      if (!old || old.getAttribute('href') !== image.getAttribute('href')) continue;
      const place = old.parentNode;
      image.replaceWith(old);
      place.prepend(image);
    }
  };

  const begin = () => {
    const next = of('next');
    if (next) fetchFigure(next).catch(() => {});
    const field = figure().querySelector('form.say:not([data-say]) > .field [data-first]');
    (field || figure().querySelector('article')).focus({ preventScroll: Boolean(!field) });
    const frame = figure().querySelector('svg.whole .frame');
    const pane = figure().querySelector('.stay');
    if (frame && pane && pane.scrollHeight > pane.clientHeight) {
      const top = frame.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      if (top > pane.clientHeight - 60) pane.scrollTop += top - pane.clientHeight / 2;
    }
    for (const link of document.querySelectorAll('[data-entry] a')) {
      const here = link.parentElement.dataset.entry === of('figure');
      if (here) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
    }
  };

  const put = (after) => {
    keepPictures(figure(), after);
    figure().replaceWith(after);
    begin();
  };

  const show = async (id) => {
    if (!id || moving) return;
    moving = true;
    try {
      const html = await fetchFigure(id);
      ahead.delete(id);
      const page = new DOMParser().parseFromString(html, 'text/html');
      put(document.importNode(page.querySelector('[data-figure]'), true));
      history.replaceState(null, '', `${base}?figure=${id}`);
    } catch {
      location.assign(`${base}?figure=${id}`);
    } finally {
      moving = false;
    }
  };

  const say = (element, words) => {
    element.textContent = words;
    element.hidden = !words;
  };

  const count = () => {
    counter.textContent = left > 0 ? `${left} figure${left === 1 ? '' : 's'} to read for you.` : 'Nothing here waits for you.';
  };

  const mark = (id, state) => {
    const badge = document.querySelector(`[data-entry="${id}"] .badge`);
    if (!badge) return;
    badge.className = `badge s-${state}`;
    badge.textContent = WORDS[state] || state;
  };

  const ended = () => {
    if (pending === 0) location.assign(base);
    else setTimeout(ended, 30);
  };

  const send = async (form, verdict) => {
    const mine = figure();
    const id = mine.dataset.figure;
    if (done.has(id) && mine.dataset.sent) return;
    mine.dataset.sent = '1';
    const given = new URLSearchParams(new FormData(form));
    given.set('verdict', verdict);
    say(problem, '');
    pending += 1;
    done.add(id);
    const wanted = mine.dataset.task;
    const next = of('next');
    const answered = fetch(form.action, {
      method: 'POST', body: given, keepalive: true, headers: { Accept: 'application/json', 'X-CSRF': csrf },
    });
    const moved = next && !done.has(next) ? show(next) : null;
    try {
      const answer = await answered;
      if (answer.status === 401) { keep(form, verdict); return; }
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.error || 'The desk did not take this reading.');
      if (wanted) left -= 1;
      count();
      mark(id, content.state);
      say(told, content.said);
      ahead.delete(id);
      pending -= 1;
      if (!moved) ended();
    } catch (error) {
      pending -= 1;
      done.delete(id);
      delete mine.dataset.sent;
      await moved;
      await bringBack(mine, error.message);
    }
  };

  // What was typed is still in the form: it comes back with the reason, at its newest version.
  const bringBack = async (mine, words) => {
    ahead.delete(mine.dataset.figure);
    const page = await fetchFigure(mine.dataset.figure).catch(() => null);
    ahead.delete(mine.dataset.figure);
    if (page) {
      const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('[name=version]');
      if (fresh) for (const field of mine.querySelectorAll('[name=version]')) field.value = fresh.value;
    }
    if (mine !== figure()) put(mine);
    say(problem, words || 'The desk cannot be reached. Nothing was kept; try again.');
  };

  // The session has ended: sent as a plain form, the desk keeps what was typed until the sign-in.
  const keep = (form, verdict) => {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'verdict';
    field.value = verdict;
    form.append(field);
    if (!form.isConnected) { form.hidden = true; document.body.append(form); }
    form.submit();
  };

  const open = (name) => {
    const part = figure().querySelector(`details[data-open="${name}"]`);
    if (!part) return;
    part.open = true;
    const field = part.querySelector('[data-first]');
    field.focus();
    field.select();
  };

  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.classList.contains('plain')) return;
    event.preventDefault();
    const button = event.submitter || form.querySelector('button[name=verdict]');
    send(form, button.value);
  });
  root.addEventListener('click', (event) => {
    const link = event.target.closest('[data-go]');
    if (!link) return;
    event.preventDefault();
    show(of(link.dataset.go));
  });

  const keys = {
    a: () => accept(), Enter: () => accept(), e: () => open('amend'), r: () => open('reject'), q: () => open('ask'),
    j: () => show(of('following')), k: () => show(of('previous')),
    '?': () => { help.open = !help.open; if (help.open) help.scrollIntoView({ block: 'nearest' }); },
  };
  const accept = () => {
    const form = figure().querySelector('form[data-say="accept"]');
    if (form && !moving) send(form, 'accept');
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const at = document.activeElement;
    if (at.matches('input, select, textarea')) {
      if (event.key === 'Escape') figure().querySelector('article').focus();
      return;
    }
    if (event.key === 'Enter' && at.matches('a, button, summary')) return;
    const deed = keys[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  begin();
})();
