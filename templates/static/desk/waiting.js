'use strict';
// While a document is read, its page asks for its state and shows the new one by itself. What is
// typed is never thrown away, and nothing happens in a tab that nobody looks at.
(() => {
  const shown = document.querySelector('[data-state]');
  const words = document.querySelector('[data-follow]');
  if (!shown || !words) return;
  words.textContent = 'This page shows by itself what was found.';
  let wait = 1000;
  const typed = () => [...document.querySelectorAll('form input[type=text], form textarea, form input:not([type])')]
    .some((field) => field.value !== field.defaultValue);
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' } });
        if (answer.redirected || answer.status === 401) { location.reload(); return; }
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const now = page.querySelector('[data-state]');
        if (now && now.dataset.state !== shown.dataset.state && !typed()) {
          const state = now.dataset.state;
          shown.dataset.state = state;
          location.reload();
          return;
        }
      } catch {
        words.textContent = 'The desk cannot be reached just now; it is asked again.';
      }
      wait = Math.min(wait * 1.3, 10000);
    }
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
})();
