import {
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  Field,
  Input,
  Link,
  makeStyles,
  OverlayDrawer,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isEndpoint } from './subscriptionForm';

const useStyles = makeStyles({
  value: { overflowWrap: 'anywhere' },
  row: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    justifyItems: 'start',
    border: 'none',
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  drawer: { width: '520px', maxWidth: '100vw' },
  form: { display: 'contents' },
});

/** The endpoint of an event subscription: chosen in a panel at the side, and confirmed there. */
export function EndpointField({
  value,
  wrong,
  disabled,
  onChange,
}: {
  value: string;
  wrong?: string;
  disabled?: boolean;
  onChange(endpoint: string): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  return (
    <Field label={t('eventForm.endpoint')} required validationMessage={wrong}>
      <fieldset className={styles.row}>
        {value && <span className={styles.value}>{value}</span>}
        <Link as="button" type="button" disabled={disabled} onClick={() => setOpen(true)}>
          {t(value ? 'eventForm.changeEndpoint' : 'eventForm.selectEndpoint')}
        </Link>
        {open && (
          <EndpointDrawer
            value={value}
            onConfirm={(endpoint) => {
              onChange(endpoint);
              setOpen(false);
            }}
            onClose={() => setOpen(false)}
          />
        )}
      </fieldset>
    </Field>
  );
}

function EndpointDrawer({
  value,
  onConfirm,
  onClose,
}: {
  value: string;
  onConfirm(endpoint: string): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(false);
  const endpoint = typed.trim();
  const confirm = (event: FormEvent) => {
    // The form of the page, in which React sees this panel, is not to be sent.
    event.preventDefault();
    event.stopPropagation();
    setAsked(true);
    if (isEndpoint(endpoint)) onConfirm(endpoint);
  };
  return (
    <OverlayDrawer
      open
      position="end"
      className={styles.drawer}
      onOpenChange={(_, { open }) => open || onClose()}
    >
      <form className={styles.form} onSubmit={confirm} noValidate>
        <DrawerHeader>
          <DrawerHeaderTitle
            heading={{ as: 'h2' }}
            action={
              <Button
                appearance="subtle"
                aria-label={t('close')}
                icon={<DismissRegular />}
                onClick={onClose}
              />
            }
          >
            {t('eventForm.drawer')}
          </DrawerHeaderTitle>
        </DrawerHeader>
        <DrawerBody>
          <Field
            label={t('eventForm.subscriberEndpoint')}
            required
            hint={t('eventForm.subscriberHint')}
            validationMessage={
              asked && !isEndpoint(endpoint) ? t('eventForm.wrong.endpoint') : undefined
            }
          >
            <Input
              type="url"
              autoComplete="off"
              placeholder="https://"
              value={typed}
              onChange={(_, { value: text }) => setTyped(text)}
            />
          </Field>
        </DrawerBody>
        <DrawerFooter>
          <Button appearance="primary" type="submit">
            {t('eventForm.confirm')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </DrawerFooter>
      </form>
    </OverlayDrawer>
  );
}
