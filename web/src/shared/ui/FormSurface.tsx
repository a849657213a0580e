import { DialogSurface } from '@fluentui/react-components';
import type { ComponentProps, MouseEvent } from 'react';

const stay = (event: MouseEvent) => event.preventDefault();

/** The surface of a dialog in which one types: a click beside it neither closes it, which would lose what was typed, nor takes the focus out of it. */
export function FormSurface(props: ComponentProps<typeof DialogSurface>) {
  return <DialogSurface {...props} backdrop={{ onMouseDown: stay, onClick: stay }} />;
}
