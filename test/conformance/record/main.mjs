// Records what official clients send, into the golden files that the Go client's tests compare with.
//
//   node record/main.mjs [folder]    folder is the root of the repository unless given
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { golden, scenarios } from './scenarios.mjs';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../../..', import.meta.url)));
for (const scenario of scenarios) {
  const file = join(root, scenario.file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await golden(scenario));
}
process.stdout.write(`${scenarios.length} files written below ${root}\n`);
