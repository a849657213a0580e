import { execFileSync } from 'node:child_process';
import { it } from 'vitest';

it('has the types that the committed OpenAPI document gives', () => {
  execFileSync('npm', ['run', '--silent', 'types', '--', '--check'], { encoding: 'utf8' });
});
