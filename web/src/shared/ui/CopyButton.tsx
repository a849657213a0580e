import { Button, Tooltip } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Copies a text to the clipboard and says so. `what` names the text for those who do not see where the button stands. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () =>
    writeClipboard(text).then(
      () => setState('done'),
      () => setState('failed'),
    );
  const label = state === 'idle' ? t('copy.do') : t(`copy.${state}`);
  return (
    <>
      <Tooltip content={t('copy.label', { what })} relationship="label">
        <Button
          appearance="secondary"
          icon={state === 'done' ? <CheckmarkRegular /> : <CopyRegular />}
          onClick={copy}
        >
          {label}
        </Button>
      </Tooltip>
      <span role="status" className="visually-hidden">
        {state === 'idle' ? '' : label}
      </span>
    </>
  );
}

/** The clipboard interface exists on secure origins only; a desk on plain http in an office needs the old way. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('the browser refused to copy');
}
