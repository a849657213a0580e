import { formatPhone } from '../../shared/format/phone';
import type { Conversation } from '../api/types';

/** What to call the customer: by name, else by phone number. */
export function customerName({ customer }: Conversation): string {
  return customer.name && customer.name !== customer.phone
    ? customer.name
    : formatPhone(customer.phone);
}
