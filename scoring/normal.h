/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal distribution's number that intervals are made with. */
#pragma once

static const double normal_z95 = 1.959963984540054; /* 95 % lie within ± so many deviations */
