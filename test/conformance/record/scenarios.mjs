import { scenarios as callAutomation } from './callautomation.mjs';
import { scenarios as identity } from './identity.mjs';
import { scenarios as phoneNumbers } from './phonenumbers.mjs';
import { record } from './server.mjs';
import { scenarios as sipRouting } from './siprouting.mjs';
import { scenarios as sms } from './sms.mjs';

// Every call of an official client that is recorded, with the golden file that it goes into.
export const scenarios = [...sms, ...phoneNumbers, ...sipRouting, ...identity, ...callAutomation];

// Runs a scenario and returns the text of its golden file.
export async function golden({ file, call, answers, run }) {
  const exchanges = await record(answers, run).catch((cause) => {
    throw new Error(`${file}: ${cause.message}`, { cause });
  });
  return `${JSON.stringify({ call, exchanges }, null, 2)}\n`;
}
