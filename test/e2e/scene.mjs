// A morning at the desk, as pictures show it: three customers write, an agent answers one of them.
import { randomUUID } from 'node:crypto';
import { tollFree } from './handset.mjs';

export const parcel = '+14255550123';

const others = ['+12065550147', '+14255550188'];

const lines = {
  en: {
    others: ['Do you also sell spare lids?', 'My lamp came with a dent. What can I do?'],
    customer: [
      'Hello, I ordered a blue kettle on Monday, number 40-1187. Has it left yet?',
      'Lovely. Can the courier leave it with my neighbour?',
      'Roy, second floor. Thank you!',
    ],
    agent: [
      'Good morning! It left our warehouse yesterday and should be with you on Thursday.',
      'Of course. Which name is on the door?',
    ],
    draft: 'Noted. Have a nice',
  },
  fr: {
    others: ['Vendez-vous aussi des couvercles ?', 'Ma lampe est arrivée abîmée. Que faire ?'],
    customer: [
      'Bonjour, j’ai commandé une bouilloire bleue lundi, numéro 40-1187. Est-elle partie ?',
      'Parfait. Le livreur peut-il la laisser chez mon voisin ?',
      'Roy, deuxième étage. Merci !',
    ],
    agent: [
      'Bonjour ! Elle a quitté notre entrepôt hier et devrait arriver jeudi.',
      'Bien sûr. Quel nom est sur la porte ?',
    ],
    draft: 'C’est noté. Bonne',
  },
};

// Plays the morning: `agent` ends with the conversation open and an unfinished answer in the box.
export async function morning(house, handset, agent, language) {
  const { customer, agent: answers, draft, others: texts } = lines[language];
  for (const [at, number] of others.entries()) await write(house, number, texts[at]);
  await handset.write(customer[0]);
  await agent.view('open');
  await agent.open(parcel);
  await agent.take();
  const said = [customer[0]];
  for (const [at, answer] of answers.entries()) {
    await agent.answer(answer);
    await agent.bears(answer, agent.t('delivery.delivered'));
    await handset.bubble(answer).waitFor();
    await handset.write(customer[at + 1]);
    said.push(answer, customer[at + 1]);
    await agent.reads(said);
  }
  await handset.reads(said);
  await agent.box.fill(draft);
}

// A text from a customer whose handset nobody looks at.
async function write(house, number, text) {
  const thread = `customers/${encodeURIComponent(number)}/threads/${encodeURIComponent(tollFree)}`;
  const answer = await fetch(`${house.pages}/_guichet/handset/${thread}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: randomUUID(), text }),
  });
  if (!answer.ok) throw new Error(`the handset was refused: ${await answer.text()}`);
}
