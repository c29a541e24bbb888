// Server-sent events: named handlers, the difference between a break and an end, and closing with the page.
import { get, path } from './api.js';

/**
 * Listens to an address. `handlers` maps event names to functions of the parsed data; 'end' also closes.
 * `status` hears 'open', 'waiting' (the browser connects again by itself), 'closed', and 'ended'.
 */
export function listen(address, handlers, { signal, status = () => {}, failed = () => {} } = {}) {
  const source = new EventSource(address);
  const close = () => source.close();
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close, { once: true });
  source.addEventListener('open', () => status('open'));
  for (const [name, handler] of Object.entries(handlers)) {
    if (name !== 'error' && name !== 'end') source.addEventListener(name, (event) => deliver(event, handler, failed));
  }
  source.addEventListener('end', (event) => {
    close();
    if (handlers.end) deliver(event, handlers.end, failed);
    status('ended');
  });
  source.addEventListener('error', (event) => {
    // The server names one of its events 'error' too: that one has data, the browser's own has none.
    if (typeof event.data === 'string') {
      close();
      if (handlers.error) deliver(event, handlers.error, failed);
    } else {
      const isClosed = source.readyState === EventSource.CLOSED;
      status(isClosed ? 'closed' : 'waiting');
      // An EventSource does not tell why: whoever was signed out hears it by a request.
      if (isClosed) get(path('status')).catch(() => {});
    }
  });
  return close;
}

function deliver(event, handler, failed) {
  try {
    handler(event.data ? JSON.parse(event.data) : {}, event.lastEventId);
  } catch (error) {
    failed(error);
  }
}
