import { Button, Tooltip } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useCopy } from './useCopy';

/**
 * Copies a text to the clipboard and says so. `what` names the text for those who do not see where the button stands; with `named`
 * the button itself says it.
 */
export function CopyButton({ text, what, named }: { text: string; what: string; named?: boolean }) {
  const { t } = useTranslation();
  const { state, copy } = useCopy(text);
  const idle = named ? t('copy.label', { what }) : t('copy.do');
  const label = state === 'idle' ? idle : t(`copy.${state}`);
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
