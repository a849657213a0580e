import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
} from '@fluentui/react-components';
import { AddRegular, ChevronDownRegular } from '@fluentui/react-icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../shared/api/useErrorText';
import { formatPhone, readPhone } from '../shared/format/phone';
import { handset, keys } from './api/handset';

interface Props {
  customers: string[];
  customer: string;
  onChoose(number: string): void;
}

/** The number of this handset, and the way to be another customer or a new one. */
export function CustomerPicker({ customers, customer, onChoose }: Props) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const all = customers.includes(customer) ? customers : [customer, ...customers];
  return (
    <>
      <Menu
        checkedValues={{ customer: [customer] }}
        onCheckedValueChange={(_, { checkedItems }) => checkedItems[0] && onChoose(checkedItems[0])}
      >
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="transparent"
            icon={<ChevronDownRegular />}
            iconPosition="after"
            aria-label={t('customer.choose', { number: formatPhone(customer) })}
            style={{ paddingInline: 0, fontSize: 16 }}
          >
            {formatPhone(customer)}
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {all.map((number) => (
              <MenuItemRadio key={number} name="customer" value={number}>
                {formatPhone(number)}
              </MenuItemRadio>
            ))}
            <MenuDivider />
            <MenuItem icon={<AddRegular />} onClick={() => setAdding(true)}>
              {t('customer.add')}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {adding && <AddDialog onClose={() => setAdding(false)} onAdded={onChoose} />}
    </>
  );
}

function AddDialog({ onClose, onAdded }: { onClose(): void; onAdded(number: string): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [typed, setTyped] = useState('');
  const [malformed, setMalformed] = useState(false);
  const add = useMutation({
    mutationFn: (number: string) => handset.addCustomer(number),
    onSuccess: async ({ number }) => {
      await client.invalidateQueries({ queryKey: keys.setup });
      onAdded(number);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = readPhone(typed);
    setMalformed(!number);
    if (number) add.mutate(number);
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('customer.add')}</DialogTitle>
            <DialogContent>
              <Field
                label={t('customer.number')}
                hint={t('customer.hint')}
                validationMessage={malformed ? t('customer.malformed') : undefined}
              >
                <Input
                  type="tel"
                  value={typed}
                  placeholder="+1 425 555 0199"
                  onChange={(_, { value }) => setTyped(value)}
                />
              </Field>
              {add.error && (
                <MessageBar intent="error" role="alert" layout="multiline">
                  <MessageBarBody>{errorText(add.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={!typed.trim() || add.isPending}>
                {t('customer.use')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
