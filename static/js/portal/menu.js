/* On a phone the menu is one line that scrolls: where one is stands in sight. */
document.querySelector(".menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
