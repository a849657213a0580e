// The options of every client: the recording server speaks http.
export const options = { allowInsecureConnection: true };

// Reads a paged list to its end.
export async function drain(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}
