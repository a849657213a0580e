import { Button, Tooltip } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useCopy } from '../../shared/ui/useCopy';

/** A small button that copies a text, for places where CopyButton is too wide. */
export function CopyIcon({ text, what }: { text: string; what: string }) {
  const { t } = useTranslation();
  const { state, copy } = useCopy(text);
  return (
    <>
      <Tooltip
        content={state === 'idle' ? t('copy.label', { what }) : t(`copy.${state}`)}
        relationship="label"
      >
        <Button
          appearance="subtle"
          size="small"
          icon={state === 'done' ? <CheckmarkRegular /> : <CopyRegular />}
          onClick={copy}
        />
      </Tooltip>
      <span role="status" className="visually-hidden">
        {state === 'idle' ? '' : t(`copy.${state}`)}
      </span>
    </>
  );
}
