// Requests to the REST interface, and what goes wrong with them.
const base = '/api/v1';

/** A request that failed, with what the server said. */
export class ApiError extends Error {
  constructor(status, code, message, retryAfter = 0) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

let left = () => {};

/** Calls `handler` with the reason when an answer says that nobody is signed in any more. */
export function onSignedOut(handler) {
  left = handler;
}

/** The address of a resource: path('jobs', id) with every part escaped, so that no name can reach another path. */
export function path(...parts) {
  return `${base}/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

function withQuery(address, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${address}?${text}` : address;
}

async function request(method, address, options = {}) {
  const { query, body, headers = {}, signal, keepalive, asBytes = false, isSignIn = false } = options;
  // The header keeps other origins out: they cannot send it without a preflight that is never granted.
  const safe = method === 'GET' ? {} : { 'X-Voiceprint': '1' };
  let response;
  try {
    response = await fetch(withQuery(address, query), {
      method, body, signal, keepalive, headers: { Accept: 'application/json', ...safe, ...headers },
      credentials: 'same-origin', cache: 'no-store', redirect: 'error',
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'NETWORK', error.message);
  }
  if (!response.ok) {
    const error = await failure(response);
    if (error.status === 401 && !isSignIn) left(error.message);
    throw error;
  }
  return asBytes ? response.blob() : answer(response);
}

async function answer(response) {
  if (response.status === 204 || response.status === 202) return {};
  const text = await response.text();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(response.status, 'MALFORMED', error.message);
  }
}

async function failure(response) {
  const text = await response.text().catch(() => '');
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  try {
    const { error } = JSON.parse(text);
    return new ApiError(response.status, error.code ?? 'UNKNOWN', error.message ?? '', retryAfter);
  } catch {
    // Not the server's own answer but that of a proxy between, or none at all.
    return new ApiError(response.status, 'UNKNOWN', text.slice(0, 200) || response.statusText, retryAfter);
  }
}

/** Reads a resource. */
export function get(address, options = {}) {
  return request('GET', address, options);
}

/** Reads a resource that is no JSON, such as a recording. */
export function getBytes(address, options = {}) {
  return request('GET', address, { ...options, headers: { Accept: '*/*' }, asBytes: true });
}

/** Sends JSON. */
export function post(address, value = {}, options = {}) {
  const headers = { 'Content-Type': 'application/json' };
  return request('POST', address, { ...options, body: JSON.stringify(value), headers });
}

/** Sends bytes, such as an audio file. */
export function postBytes(address, body, options = {}) {
  const type = body instanceof Blob && body.type.startsWith('audio/') ? body.type : 'application/octet-stream';
  return request('POST', address, { ...options, body, headers: { 'Content-Type': type } });
}

/** Deletes a resource. */
export function remove(address, options = {}) {
  return request('DELETE', address, options);
}

/** All pages of a list, at most `limit` items; `truncated` tells whether there are more. */
export async function all(address, field, { query = {}, signal, limit = 5000 } = {}) {
  const items = [];
  let pageToken = '';
  do {
    const page = await get(address, { query: { ...query, pageSize: 1000, pageToken }, signal });
    items.push(...(page[field] ?? []));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken && items.length < limit);
  return { items, truncated: pageToken !== '' };
}

/** Something no other call has, that makes a repeated call harmless. */
export function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of a blob in base64. */
export async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const pieces = [];
  // In pieces whose length three divides: the encoded pieces then join without padding between.
  for (let from = 0; from < bytes.length; from += 24573) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(from, from + 24573))));
  }
  return pieces.join('');
}
