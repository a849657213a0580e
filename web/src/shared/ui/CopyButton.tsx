import { Button, Tooltip } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useCopy } from './useCopy';

/**
 * Copies a text to the clipboard and says so. `what` names the text for those who do not see where the button stands; with `named`
 * the button itself says it. `words` stand in place of "Copy".
 */
export function CopyButton({
  text,
  what,
  named,
  words,
}: {
  text: string;
  what: string;
  named?: boolean;
  words?: string;
}) {
  const { t } = useTranslation();
  const { state, copy } = useCopy(text);
  const full = words ? `${words} (${what})` : t('copy.label', { what });
  const idle = named ? full : (words ?? t('copy.do'));
  const label = state === 'idle' ? idle : t(`copy.${state}`);
  return (
    <>
      <Tooltip content={full} relationship="label">
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
