// The program under test: started on a folder of its own, stopped, killed, started again at the same addresses.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const binary =
  process.env.GUICHET_BINARY ?? fileURLToPath(new URL('../../bin/guichet', import.meta.url));

// One guichet process. `ready` holds what it said when it was ready: desk, cloud, pages, ca, signIn.
class Program {
  constructor(child, ready, log) {
    this.child = child;
    this.ready = ready;
    this.log = log;
    this.ended = once(child, 'exit');
  }

  // Ends the process by a signal and waits until it is gone.
  async end(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await this.ended;
    }
  }
}

async function start(args) {
  const child = spawn(binary, [...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      failed,
    ]);
    failed.catch(() => {});
    return new Program(child, JSON.parse(line), log);
  } catch (error) {
    throw new Error(`${binary} ${args.join(' ')}: ${error.message}\n${log.join('\n')}`);
  }
}

async function run(args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) {
    throw new Error(`${binary} ${args.join(' ')}: ended with ${code}\n${printed}\n${said}`);
  }
  return printed;
}

// A folder and addresses, on which desk and cloud are started together or apart.
export class House {
  static async make() {
    const folder = await mkdtemp(join(tmpdir(), 'guichet-e2e-'));
    const [desk, https, http] = await freePorts(3);
    return new House(folder, { desk, https, http });
  }

  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    this.programs = [];
    this.desk = `http://localhost:${ports.desk}`;
    this.cloud = `https://localhost:${ports.https}`;
    this.pages = `http://localhost:${ports.http}`;
  }

  up() {
    return this.start('up', [...this.deskFlags(), ...this.cloudFlags()]);
  }

  cloudAlone() {
    return this.start('cloud', this.cloudFlags());
  }

  deskAlone(ca) {
    const azure = ['--azure-authority', `${this.cloud}/`, '--azure-arm', this.cloud];
    return this.start('serve', [...this.deskFlags(), ...azure, '--azure-ca', ca]);
  }

  deskFlags() {
    return ['--desk-listen', `localhost:${this.ports.desk}`];
  }

  cloudFlags() {
    const { https, http } = this.ports;
    return ['--cloud-https', `localhost:${https}`, '--cloud-http', `localhost:${http}`];
  }

  async start(command, flags) {
    const program = await start([command, '--data', this.folder, ...flags]);
    this.programs.push(program);
    return program;
  }

  // Runs a command on the folder to its end, and gives what it printed.
  tool(command, flags) {
    return run([command, '--data', this.folder, ...flags]);
  }

  // What the programs said on stderr.
  log() {
    return this.programs.flatMap((program) => program.log);
  }

  // Ends whatever still runs and removes the folder.
  async close() {
    for (const program of this.programs) await program.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

// Ports that were free a moment ago; held together, so that they differ.
async function freePorts(count) {
  const servers = [];
  for (let at = 0; at < count; at++) {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
