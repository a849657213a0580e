// Watches an official client and records what its operations did, for docs/fidelity.md.
//
// With GUICHET_PROOFS, a folder, this process leaves its record there as a file when it ends.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const seen = {};

// Name and version of an installed package, e.g. "@azure/identity 4.13.1".
export function sdk(name) {
  const { name: own, version } = JSON.parse(
    readFileSync(join(modules, name, 'package.json'), 'utf8'),
  );
  return `${own} ${version}`;
}

const at = (name, operation) => {
  seen[name] ??= {};
  seen[name][operation] ??= { works: false, errors: [] };
  return seen[name][operation];
};

// Notes that an operation did what it is for.
export const works = (name, operation) => {
  at(name, operation).works = true;
};

// Notes an error that an operation reported.
export const refuses = (name, operation, error) => {
  const { errors } = at(name, operation);
  const text =
    typeof error === 'string'
      ? error
      : error.statusCode
        ? [error.statusCode, error.code].filter(Boolean).join(' ')
        : `failed: ${error.code ?? 'by its operation'}`;
  if (!errors.includes(text)) {
    errors.push(text);
  }
};

// Groups of operations that a client has as properties.
const isGroup = (value) =>
  typeof value === 'object' && /(Impl|OptOutsClient)$/.test(value?.constructor?.name ?? '');

// Not operations of a service: plumbing of the client's base class, the private parts of pagers, and what makes
// another client or the body of a request.
const plumbing =
  /^(constructor|_.*|.*Paging(Page|All)|.*Internal|(add|remove)PhoneNumbers(To|From)Reservation|sendRequest|sendOperationRequest|addCustomApiVersionPolicy|getCall(Connection|Recording|Media)|getSourceIdentity|createRecognizeRequest)$/;

// beginX and beginXAndWait are the same operation.
const operationOf = (method) => method.replace(/^(begin.+)AndWait$/, '$1');

const methods = (object) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter(
    (name) => !plumbing.test(name) && typeof object[name] === 'function',
  );

// Lists the operations of a client as watch names them.
export function operations(client) {
  const list = methods(client).map((method) => `${client.constructor.name}.${operationOf(method)}`);
  for (const [name, value] of Object.entries(client)) {
    if (isGroup(value)) {
      list.push(...methods(value).map((method) => `${name}.${operationOf(method)}`));
    }
  }
  return [...new Set(list)];
}

// Wraps a client of an installed package, so that each call is recorded.
export function watch(name, client, group = client.constructor.name) {
  return new Proxy(client, {
    get(target, property) {
      const value = target[property];
      if (isGroup(value)) {
        return watch(name, value, property);
      }
      if (typeof value !== 'function') {
        return value;
      }
      return (...args) => {
        const operation = `${group}.${operationOf(String(property))}`;
        return follow(value.apply(target, args), sdk(name), operation);
      };
    },
  });
}

// Records how a call ends: a promise, a poller when it is done, a pager when it was read.
function follow(result, name, operation) {
  if (typeof result?.then === 'function') {
    return noted(name, operation, result, (value) =>
      typeof value?.pollUntilDone === 'function' ? watchPoller(value, name, operation) : value,
    );
  }
  if (result?.[Symbol.asyncIterator]) {
    return new Proxy(result, {
      get(target, property) {
        if (property === Symbol.asyncIterator) {
          return () => read(target, name, operation);
        }
        if (property === 'byPage') {
          return (settings) => read(target.byPage(settings), name, operation);
        }
        return typeof target[property] === 'function'
          ? target[property].bind(target)
          : target[property];
      },
    });
  }
  return result;
}

async function noted(name, operation, promise, then = (value) => value) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    refuses(name, operation, error);
    throw error;
  }
  const out = then(value);
  if (out === value) {
    works(name, operation);
  }
  return out;
}

const watchPoller = (poller, name, operation) =>
  new Proxy(poller, {
    get(target, property) {
      if (property === 'pollUntilDone') {
        return (...args) => noted(name, operation, target.pollUntilDone(...args));
      }
      return typeof target[property] === 'function'
        ? target[property].bind(target)
        : target[property];
    },
  });

async function* read(pages, name, operation) {
  try {
    yield* pages;
  } catch (error) {
    refuses(name, operation, error);
    throw error;
  }
  works(name, operation);
}

if (process.env.GUICHET_PROOFS) {
  process.on('exit', () => {
    writeFileSync(join(process.env.GUICHET_PROOFS, `${process.pid}.json`), JSON.stringify(seen));
  });
}
