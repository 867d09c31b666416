/** How the helpers of a broker under test name themselves to it, so that no fault hits them. */
export const PROBE_CLIENT_ID = 'millrace-testing-probe';
