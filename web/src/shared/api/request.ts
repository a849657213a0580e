/** One refused field of a request, as RFC 9457 problems of the desk list them. */
export interface FieldProblem {
  location: string;
  message: string;
}

/**
 * The server answered, and the answer is a refusal. `code` is stable and is what code decides by; `message` is a sentence for the
 * person, already in the language of the page.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldProblem[] = [],
  ) {
    super(message);
  }
}

/** No answer came: the network or the server is down, or the answer took too long. Whether the request took effect is unknown. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Tells whether an error is a refusal with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.code === code;
}

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** How long an answer may take, in milliseconds; half a minute when left out. */
  patience?: number;
}

/**
 * Sends one JSON request to the page's own origin. Resolves with the parsed body (undefined when there is none); rejects with
 * ProblemError or UnreachableError, or with the abort reason when `signal` was aborted.
 */
export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': document.documentElement.lang || 'en',
    ...options.headers,
  };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const timeout = AbortSignal.timeout(options.patience ?? 30_000);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    text = await response.text();
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new UnreachableError(`${method} ${path}: no answer`, { cause });
  }
  const body = parse(text);
  if (!response.ok) throw problemOf(response.status, body);
  return body as T;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads both shapes of refusal: the desk's RFC 9457 problem, and the `{error:{code,message}}` of the local cloud. */
function problemOf(status: number, body: unknown): ProblemError {
  const problem = (body ?? {}) as {
    code?: string;
    title?: string;
    detail?: string;
    errors?: FieldProblem[];
    error?: { code?: string; message?: string };
  };
  const code = problem.code ?? problem.error?.code ?? `http.${status}`;
  const message = problem.detail ?? problem.error?.message ?? problem.title ?? '';
  return new ProblemError(status, code, message, problem.errors ?? []);
}
