// Runs the tests and compares what they proved with testdata/proved/js.json; --update renews it.
// The tables of docs/fidelity.md are made from it (and from testdata/proved/go.json) by the Go tests beside.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, offered } from './operations.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const record = join(here, 'testdata', 'proved', 'js.json');

// Runs every test file, several at once: they wait for pollers most of their time.
async function run(folder) {
  const child = spawn(process.execPath, ['--test', '--test-concurrency=6'], {
    cwd: here,
    stdio: 'inherit',
    env: { ...process.env, GUICHET_PROOFS: folder },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

// Merges the records of all test files.
async function gather(folder) {
  const all = {};
  for (const file of await readdir(folder)) {
    const part = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const [name, operations] of Object.entries(part)) {
      all[name] ??= {};
      for (const [operation, { works, errors }] of Object.entries(operations)) {
        const known = all[name][operation] ?? { works: false, errors: [] };
        all[name][operation] = {
          works: known.works || works,
          errors: [...new Set([...known.errors, ...errors])].sort(),
        };
      }
    }
  }
  return all;
}

// Sets what was seen beside every operation that the packages have.
function settle(seen, problems) {
  const out = {};
  for (const name of Object.keys(offered).sort()) {
    const reasons = missing[name.split(' ')[0]] ?? {};
    const rows = {};
    for (const operation of offered[name]) {
      const proof = seen[name]?.[operation];
      delete seen[name]?.[operation];
      const pattern = [operation, `${operation.split('.')[0]}.*`].find((text) => reasons[text]);
      const errors = proof?.errors ?? [];
      if (!pattern && !proof?.works) {
        problems.push(`${name}: ${operation} is not proved, and not listed as missing`);
      } else if (!pattern) {
        rows[operation] = { works: true, errors };
      } else if (proof?.works) {
        problems.push(`${name}: ${operation} is listed as missing, and works`);
      } else {
        const row = rows[pattern] ?? { errors: [], reason: reasons[pattern], count: 0 };
        row.count += 1;
        row.errors = [...new Set([...row.errors, ...errors])].sort();
        rows[pattern] = row;
      }
    }
    for (const pattern of Object.keys(reasons)) {
      if (!rows[pattern] && !name.includes('-beta')) {
        problems.push(`${name}: nothing is called ${pattern}, which is listed as missing`);
      }
    }
    out[name] = Object.fromEntries(
      Object.keys(rows)
        .sort()
        .map((operation) => {
          const { errors, ...row } = rows[operation];
          return [operation, errors.length ? { ...row, errors } : row];
        }),
    );
  }
  for (const [name, rest] of Object.entries(seen)) {
    for (const operation of Object.keys(rest)) {
      problems.push(`${name}: ${operation} was seen, but is not among the operations`);
    }
  }
  return out;
}

const folder = await mkdtemp(join(tmpdir(), 'guichet-proofs-'));
try {
  process.exitCode = await run(folder);
  if (process.exitCode === 0) {
    const problems = [];
    const proved = `${JSON.stringify(settle(await gather(folder), problems), null, 2)}\n`;
    if (process.argv.includes('--update') && problems.length === 0) {
      await writeFile(record, proved);
    } else if (proved !== (await readFile(record, 'utf8').catch(() => ''))) {
      problems.push(`${record} is not what this run proves; "make fidelity" renews it`);
    }
    for (const problem of problems) {
      console.error(problem);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
