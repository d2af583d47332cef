/* The floor put together: the line feeds the state, the state draws the page, presses ask the line. */
import { wearColours } from "../companies.js";
import { mountSheets } from "../desk/sheets.js";
import { mountDrawer } from "./drawer.js";
import { drawFilters, mountFilters } from "./filters.js";
import { drawLink, openFloorLine, tickLink } from "./line.js";
import { drawAgents, drawAlarms, drawRepairs } from "./people.js";
import { mountSteering } from "./steer.js";
import { now, watch } from "./store.js";
import { drawQueues, drawWaiting, mountTables, tickTables } from "./tables.js";

mountSheets();
mountFilters();
mountTables();
mountDrawer();
mountSteering();
const line = openFloorLine();
let asked = null;

watch((state, before) => {
  drawLink(state);
  if (state.rev === null) return;
  if (state.companies !== before.companies) wearColours(state.companies);
  drawFilters(state);
  drawAlarms(state);
  drawQueues(state);
  drawWaiting(state);
  drawAgents(state);
  drawRepairs(state);
  tickTables();
  if (state.stale && asked !== state.rev) line.hello();
  asked = state.stale ? state.rev : null;
});

new Worker("/static/js/desk/ticker.js").addEventListener("message", () => {
  line.tick(Date.now());
  tickLink(now());
  if (now().rev !== null && now().link.state === "online") tickTables();
});
addEventListener("online", line.retry);
addEventListener("offline", line.suspect);
