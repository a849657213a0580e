import { screen } from '@testing-library/react';

/** The open dialog with this title. */
export async function findDialog(title: string): Promise<HTMLElement> {
  const heading = await screen.findByRole('heading', { name: title });
  const dialog = heading.closest<HTMLElement>('[role=dialog]');
  if (!dialog) throw new Error(`the heading ${title} is not in a dialog`);
  return dialog;
}
