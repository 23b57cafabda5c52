/**
 * Whether a scraper asks for OpenMetrics rather than for Prometheus's older text: the one that it likes better, and the
 * older one where it says nothing (RFC 9110 12.5.1). Exemplars stand in OpenMetrics only.
 */
export const asksForOpenMetrics = (accept: string | undefined): boolean => {
  let [open, plain] = [0, 0];
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
    const version = parameters.find((part) => part.startsWith('version='))?.slice(8) ?? '1.0.0';
    if (type === 'application/openmetrics-text' && version === '1.0.0') open = Math.max(open, weight || 0);
    if (type === 'text/plain') plain = Math.max(plain, weight || 0);
  }
  return open > 0 && open >= plain;
};
