/* Keeps a page up to date while somebody looks at it. Without this file the page is right when it is
   opened, and its "Look again" does the rest. */

const root = document.querySelector('[data-live-events]');
if (root) watch(root);

/** Waits for "changed", which is all that an event says, and asks for the page again. */
function watch(page) {
  let events = null;
  let busy = false;
  let again = false;
  let timer = 0;
  let soon = 0;

  const open = () => {
    close();
    if (document.hidden) return;
    events = new EventSource(`${page.dataset.liveEvents}?from=${page.dataset.liveVersion}`);
    events.addEventListener('changed', refresh);
    // Too many are listening: it asks for itself now and then instead.
    events.addEventListener('error', ({ target }) => {
      if (target === events && events.readyState === EventSource.CLOSED) soon = window.setTimeout(refresh, 30_000);
    });
    // What is due next is reckoned by the page: it must not stand still when nothing happens.
    timer = window.setInterval(refresh, 120_000);
  };
  const close = () => {
    events?.close();
    window.clearInterval(timer);
    window.clearTimeout(soon);
  };
  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    const next = await fetchPage(page).catch(() => null);
    busy = false;
    // Not a reload: at the address of a form that would send it again, or ask first and leave all on the screen.
    if (next === 'over') return window.location.replace(addressOf(page));
    if (next) {
      renew(page, next);
      // Asked anew from what is shown now: the version that the events are about has moved on.
      open();
    }
    return again ? refresh() : undefined;
  };

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close();
    else void refresh().then(open);
  });
  open();
}

/** The page's own address. It may stand at another: a form that was sent with a mistake is shown again at its own. */
function addressOf(page) {
  return page.dataset.liveEvents.replace(/\/live$/, '');
}

async function fetchPage(page) {
  const answer = await fetch(`${addressOf(page)}?live=yes`, { redirect: 'manual' });
  // Signed out, or gone: the page itself says so better.
  if (answer.status >= 500) return null;
  if (!answer.ok) return 'over';
  const text = await answer.text();
  return new DOMParser()
    .parseFromString(text, 'text/html')
    .querySelector(`[data-live-events="${page.dataset.liveEvents}"]`);
}

/** Puts the new in the place of the old; a form that somebody has begun to fill in stays as it is. */
function renew(page, next) {
  const touched = page.contains(document.activeElement) || page.querySelector('details[open]') !== null;
  page.dataset.liveVersion = next.dataset.liveVersion;
  if (!touched) page.replaceChildren(...next.childNodes);
  else {
    for (const part of page.querySelectorAll('[data-live-part]')) {
      const fresh = next.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
      if (fresh && !part.contains(document.activeElement)) part.replaceWith(fresh);
    }
    const same = page.querySelectorAll('[data-live-part]').length === next.querySelectorAll('[data-live-part]').length;
    const hint = page.querySelector('[data-live-more]');
    if (hint) hint.hidden = same;
  }
  const say = document.querySelector('[data-live-say]');
  if (say && next.dataset.liveSummary !== say.textContent) say.textContent = next.dataset.liveSummary;
}
