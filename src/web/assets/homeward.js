/* Everything works without this file. With it: NHS.UK frontend's components, and a warning before
   the session ends, so that nothing stays on the screen of a shared computer. */
import {
  createAll,
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  Radios,
  SkipLink,
  Tabs,
} from './nhsuk.js';

for (const Component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  Radios,
  SkipLink,
  Tabs,
]) {
  createAll(Component);
}

const warning = document.getElementById('session-warning');
if (warning instanceof HTMLDialogElement) watchSession(warning);

// A page that the browser kept in memory may belong to a session that is over: ask the server.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});

const list = document.querySelector('[data-reloads]');
if (list) keepPlace(new URLSearchParams(window.location.search).get('reload') === 'yes');

/**
 * A list that reloads itself must not take its place away from whoever reads it or goes through it by keyboard
 * (WCAG 2.2.1, 3.2.5). Kept for the next page of this window alone: how far down, and the line's own random id.
 */
function keepPlace(reloaded) {
  const kept = reloaded ? JSON.parse(window.sessionStorage.getItem('homeward-place') ?? 'null') : null;
  window.sessionStorage.removeItem('homeward-place');
  if (kept?.path === window.location.pathname) {
    document.getElementById(kept.focus)?.focus({ preventScroll: true });
    window.scrollTo(0, kept.top);
  }
  window.addEventListener('pagehide', () => {
    const { pathname: path } = window.location;
    const place = { path, top: window.scrollY, focus: document.activeElement?.id ?? '' };
    window.sessionStorage.setItem('homeward-place', JSON.stringify(place));
  });
}

/** Warns before the session ends, and leaves the page when it has ended. Asks nothing of the server meanwhile. */
function watchSession(dialog) {
  const warnSeconds = Number(dialog.dataset.warnSeconds);
  const left = dialog.querySelector('[data-session-left]');
  const status = dialog.querySelector('[data-session-status]');
  // Tabs share a session: what one does counts for all.
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('homeward-session') : null;
  let endsAt = 0;
  let said = '';

  const begin = (seconds, tell) => {
    // A second later than the server, so that going there finds the session over.
    endsAt = Date.now() + (seconds + 1) * 1000;
    if (dialog.open) dialog.close();
    if (tell) tabs?.postMessage({ seconds });
  };
  let leaving = false;
  const leave = () => {
    // Once: on a slow network every further try would break off the one under way, and the page would stay.
    if (leaving) return;
    leaving = true;
    // After a sleep the warning was never up; until the next page comes it covers what is on the screen.
    if (!dialog.open) dialog.showModal();
    window.location.replace('/signed-out?why=idle');
  };
  const look = () => {
    const seconds = Math.ceil((endsAt - Date.now()) / 1000);
    if (seconds <= 0) return leave();
    if (seconds > warnSeconds) return undefined;
    if (!dialog.open) dialog.showModal();
    const words = inWords(seconds);
    left.textContent = words;
    if (words !== said) status.textContent = `You will be signed out in ${words}`;
    said = words;
    return undefined;
  };
  const extend = async () => {
    const answer = await fetch('/session/extend', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(new FormData(dialog.querySelector('form'))),
    }).catch(() => null);
    // Without an answer the warning stays: the person can try again, or is signed out in time.
    if (answer?.status === 401 || answer?.status === 403) leave();
    else if (answer?.ok) begin((await answer.json()).idleSeconds, true);
    else status.textContent = 'That did not work. Try again.';
  };

  begin(Number(dialog.dataset.idleSeconds), true);
  tabs?.addEventListener('message', ({ data }) => begin(data.seconds, false));
  dialog.querySelector('[data-session-extend]').addEventListener('click', extend);
  // Escape means "stay": closing the warning alone would hide that time runs out.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    void extend();
  });
  // A computer that slept wakes up late: look at once.
  document.addEventListener('visibilitychange', look);
  window.setInterval(look, 1000);
}

/** "2 minutes", then "1 minute", then steps of ten seconds: seldom enough to be read out. */
function inWords(seconds) {
  if (seconds > 60) return '2 minutes';
  if (seconds > 30) return '1 minute';
  return `${Math.ceil(seconds / 10) * 10} seconds`;
}
