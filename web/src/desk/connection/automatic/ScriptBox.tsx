import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Body1,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../../shared/api/useErrorText';
import { CopyButton } from '../../../shared/ui/CopyButton';
import { keys } from '../../api/keys';
import { automaticApi, type Format, type Target } from './automaticApi';

const useStyles = makeStyles({
  panel: { display: 'grid', gap: tokens.spacingVerticalS, margin: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
  text: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** The same as a script, for those whose policy forbids the desk to do it. */
export function ScriptBox({ target }: { target: Target }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const [format, setFormat] = useState<Format>('az');
  const script = useQuery({
    queryKey: [...keys.automatic, 'script', format, target],
    queryFn: () => automaticApi.script(format, target),
    enabled: open,
  });
  return (
    <Accordion collapsible onToggle={(_, { openItems }) => setOpen(openItems.length > 0)}>
      <AccordionItem value="script">
        <AccordionHeader>{t('automatic.script')}</AccordionHeader>
        <AccordionPanel className={styles.panel}>
          <Body1 className={styles.quiet}>{t('automatic.scriptText')}</Body1>
          <Field label={t('automatic.scriptFor')}>
            <Select value={format} onChange={(_, { value }) => setFormat(value as Format)}>
              <option value="az">Azure CLI</option>
              <option value="bicep">Bicep</option>
              <option value="terraform">Terraform</option>
            </Select>
          </Field>
          {script.error && (
            <MessageBar intent="error" role="alert" layout="multiline">
              <MessageBarBody>{errorText(script.error)}</MessageBarBody>
            </MessageBar>
          )}
          {script.data && (
            <>
              <Textarea
                readOnly
                rows={10}
                aria-label={t('automatic.script')}
                textarea={{ className: styles.text }}
                value={script.data.script}
              />
              <div>
                <CopyButton text={script.data.script} what={t('automatic.script')} />
              </div>
            </>
          )}
        </AccordionPanel>
      </AccordionItem>
    </Accordion>
  );
}
