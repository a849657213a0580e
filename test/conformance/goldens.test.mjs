// The golden files of the Go client must be what the installed official clients send.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { golden, scenarios } from './record/scenarios.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

for (const scenario of scenarios) {
  test(scenario.file, async () => {
    assert.equal(await golden(scenario), await readFile(root + scenario.file, 'utf8'));
  });
}

test('no golden file is without its recording', async () => {
  const entries = await readdir(`${root}acs`, { recursive: true });
  const files = entries
    .filter((entry) => /testdata\/wire\/[^/]+\.json$/.test(entry))
    .map((entry) => `acs/${entry}`);
  assert.deepEqual(files.sort(), scenarios.map((scenario) => scenario.file).sort());
});
