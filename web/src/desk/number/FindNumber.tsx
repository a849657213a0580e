import {
  Button,
  DialogActions,
  DialogContent,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { Loading, LoadingFailed } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { FoundNumber, Offer, WantedNumber } from '../api/types';
import { formatPrice } from './formatPrice';
import { abilitiesOf, type Plan, plansOffered, type Service } from './plans';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM },
  find: { whiteSpace: 'nowrap', flexShrink: 0 },
});

/** What Azure lets programs search; numbers of other kinds are bought in its portal. */
const types: readonly WantedNumber['type'][] = ['tollFree', 'geographic'];

/** The first step of adding a number: says what is wanted and has Azure look for one. */
export function FindNumber({
  onFound,
  onClose,
}: {
  onFound(found: FoundNumber): void;
  onClose(): void;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const [chosenCountry, setCountry] = useState('US');
  const [chosenType, setType] = useState<WantedNumber['type']>('tollFree');
  const [chosenPlans, setPlans] = useState<Partial<Record<Service, Plan>>>({});
  const [areaCode, setAreaCode] = useState('');
  const countries = useQuery({
    queryKey: keys.countries,
    queryFn: ({ signal }) => api.countries(signal),
  });
  const codes = (countries.data?.items ?? []).map(({ code }) => code);
  const country = codes.includes(chosenCountry) ? chosenCountry : (codes[0] ?? '');
  const offers = useQuery({
    queryKey: keys.offers(country),
    queryFn: ({ signal }) => api.offers(country, signal),
    enabled: country !== '',
  });
  const names = new Intl.DisplayNames(i18n.language, { type: 'region', fallback: 'code' });
  const named = codes
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => one.name.localeCompare(other.name, i18n.language));
  const had = types.filter((each) => offers.data?.items.some((offer) => offer.type === each));
  const type = had.includes(chosenType) ? chosenType : had[0];
  const fitting = offers.data?.items.filter((offer) => offer.type === type) ?? [];
  const planFor = (service: Service): Plan => {
    const offered = plansOffered(fitting, service);
    const chosen = chosenPlans[service];
    return chosen && offered.includes(chosen) ? chosen : (offered.at(-1) ?? 'none');
  };
  const find = useMutation({
    mutationFn: (wanted: WantedNumber) => api.searchNumber(wanted),
    onSuccess: onFound,
  });

  if (countries.isPending) {
    return (
      <DialogContent>
        <Loading />
      </DialogContent>
    );
  }
  if (countries.isLoadingError) {
    return (
      <DialogContent>
        <LoadingFailed error={countries.error} retry={() => void countries.refetch()} />
      </DialogContent>
    );
  }
  const submit = () => {
    if (!type || find.isPending) return;
    const plans = abilitiesOf(planFor('calling'), planFor('sms'));
    find.mutate({ country, type, areaCode: areaCode.trim() || undefined, ...plans });
  };
  const planField = (service: Service, label: string, without: string) => {
    const offered = plansOffered(fitting, service);
    return (
      <Field label={label} hint={type && offered.length === 1 ? without : undefined}>
        <Select
          value={planFor(service)}
          disabled={offered.length === 1}
          onChange={(_, { value }) => setPlans({ ...chosenPlans, [service]: value as Plan })}
        >
          {offered.map((each) => (
            <option key={each} value={each}>
              {t(`numbers.${service}.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
    );
  };
  const problem = find.error ?? offers.error;
  return (
    <>
      <DialogContent className={styles.content}>
        <Field label={t('numbers.country')}>
          <Select value={country} onChange={(_, { value }) => setCountry(value)}>
            {named.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        {offers.isPending && <Loading />}
        {offers.data && had.length === 0 && (
          <MessageBar intent="info" layout="multiline">
            <MessageBarBody>{t('add.noOffer')}</MessageBarBody>
          </MessageBar>
        )}
        {type && (
          <>
            <Field label={t('add.type')} hint={priceHint(fitting[0], i18n.language, t)}>
              <Select
                value={type}
                onChange={(_, { value }) => setType(value as WantedNumber['type'])}
              >
                {had.map((each) => (
                  <option key={each} value={each}>
                    {t(`numbers.types.${each}`)}
                  </option>
                ))}
              </Select>
            </Field>
            {planField('calling', t('add.callingPlans'), t('add.noCalls'))}
            {planField('sms', t('add.smsPlans'), t('add.noTexts'))}
            <Field label={t('add.location')} hint={t('add.locationText')}>
              <Input
                inputMode="numeric"
                maxLength={10}
                value={areaCode}
                onChange={(_, { value }) => setAreaCode(value)}
              />
            </Field>
          </>
        )}
        {find.isPending && (
          <Spinner size="tiny" style={{ justifyContent: 'start' }} label={t('add.finding')} />
        )}
        {problem && (
          <MessageBar intent="error" role="alert" layout="multiline">
            <MessageBarBody>{errorText(problem)}</MessageBarBody>
          </MessageBar>
        )}
      </DialogContent>
      <DialogActions fluid>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button
          appearance="primary"
          className={styles.find}
          disabled={!type}
          disabledFocusable={find.isPending}
          onClick={submit}
        >
          {t('add.find')}
        </Button>
      </DialogActions>
    </>
  );
}

function priceHint(
  offer: Offer | undefined,
  language: string,
  t: (key: string, holes: Record<string, string>) => string,
) {
  if (!offer?.amount) return undefined;
  return t('add.price', { price: formatPrice(offer.amount, offer.currency, language) });
}
