import { Dialog, DialogBody, FluentProvider, webLightTheme } from '@fluentui/react-components';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { FormSurface } from './FormSurface';

function Form() {
  const [open, setOpen] = useState(true);
  return (
    <FluentProvider theme={webLightTheme}>
      <Dialog open={open} onOpenChange={(_, data) => setOpen(data.open)}>
        <FormSurface>
          <DialogBody>
            <input aria-label="Name" />
          </DialogBody>
        </FormSurface>
      </Dialog>
    </FluentProvider>
  );
}

it('keeps what was typed, and the focus, after a click beside it; Escape closes it', async () => {
  const user = userEvent.setup();
  render(<Form />);
  const name = screen.getByLabelText('Name');
  await user.type(name, 'half a na');
  const backdrop = document.querySelector('.fui-DialogSurface__backdrop');
  if (!backdrop) throw new Error('there is no backdrop');
  await user.click(backdrop);
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('half a na');
  expect(document.activeElement).toBe(name);
  await user.keyboard('{Escape}');
  expect(screen.queryByLabelText('Name')).toBeNull();
});
