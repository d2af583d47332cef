/* A worker: its clock is not slowed down when the tab is in the background, so heartbeats and countdowns keep their time. */
setInterval(() => postMessage(null), 500);
