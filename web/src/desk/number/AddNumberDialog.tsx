import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
} from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormSurface } from '../../shared/ui/FormSurface';
import type { FoundNumber, Order } from '../api/types';
import { FindNumber } from './FindNumber';
import { HeldNumber } from './HeldNumber';
import { OrderMessage } from './Orders';
import { useOrders } from './useOrders';

/**
 * Looks for a number, has it held, and buys it. `held` is what is held already, kept by the page, so that closing this dialog does
 * not give it up; a purchase goes on without the dialog.
 */
export function AddNumberDialog({
  held,
  onHeld,
  onClose,
}: {
  held: FoundNumber | undefined;
  onHeld(found: FoundNumber | undefined): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [ordered, setOrdered] = useState<Order>();
  const surface = useRef<HTMLDivElement>(null);
  const step = ordered ? 'ordered' : held ? 'held' : 'find';
  const shown = useRef(step);
  useEffect(() => {
    // The button that led to this step is gone, and the focus with it.
    if (shown.current !== step) surface.current?.focus();
    shown.current = step;
  }, [step]);
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <FormSurface ref={surface}>
        <DialogBody>
          <DialogTitle>{t('numbers.add')}</DialogTitle>
          {ordered ? (
            <Ordered order={ordered} onClose={onClose} />
          ) : held ? (
            <HeldNumber
              found={held}
              onBack={() => onHeld(undefined)}
              onOrdered={(order) => {
                setOrdered(order);
                onHeld(undefined);
              }}
            />
          ) : (
            <FindNumber onFound={onHeld} onClose={onClose} />
          )}
        </DialogBody>
      </FormSurface>
    </Dialog>
  );
}

function Ordered({ order, onClose }: { order: Order; onClose(): void }) {
  const { t } = useTranslation();
  const orders = useOrders();
  const current = orders.data?.items.find(({ id }) => id === order.id) ?? order;
  return (
    <>
      <DialogContent>
        <OrderMessage order={current} />
      </DialogContent>
      <DialogActions>
        <Button appearance="primary" onClick={onClose}>
          {t('close')}
        </Button>
      </DialogActions>
    </>
  );
}
