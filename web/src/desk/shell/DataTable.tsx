export { type Column, DataTable } from '../../shared/ui/DataTable';
